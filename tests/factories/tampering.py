"""The published certificates, and what `cases.json` changes in them."""

import json
from pathlib import Path
from typing import Any

from chain import canonical
from chain.certificate.pin import Pin

FOLDER = Path(__file__).parents[1] / "data" / "certificates"
CASES: list[dict[str, Any]] = json.loads((FOLDER / "cases.json").read_text())


def content_of(case: dict[str, Any]) -> bytes:
    """The file of a case, changed as the case says."""
    content = (FOLDER / case["file"]).read_bytes()
    for step in case["change"]:
        ((kind, said),) = step.items()
        if kind == "append":
            content += said.encode()
        elif kind == "replace":
            before, after = (part.encode() for part in said)
            assert before in content
            content = content.replace(before, after, 1)
        else:
            path, value = (said, None) if kind == "remove" else said
            content = _changed(content, kind, path, value=value)
    return content


def _changed(content: bytes, kind: str, path: list[str | int], *, value: Any) -> bytes:
    document = json.loads(content)
    *way, last = path
    place: Any = document
    for step in way:
        place = place[step]
    if kind == "set":
        place[last] = value
    elif kind == "insert":
        place.insert(last, value)
    else:
        del place[last]
    return canonical.encode(document)


def pin_content(name: str | None) -> bytes | None:
    """A pin's file."""
    return None if name is None else (FOLDER / name).read_bytes()


def pin_named(name: str | None) -> Pin | None:
    """A pin."""
    content = pin_content(name)
    return None if content is None else Pin.of(content)
