"""The official test sets of EN 16931: each case is an invoice fragment with the rule it passes or breaks, and how often."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

ROOT = Path(__file__).resolve().parents[4]
DATA = ROOT / "tests" / "data"
EN16931 = DATA / "einvoice" / "en16931"
DEMO = ROOT / "scripts" / "demo_data"
_TEST_SET = "{http://difi.no/xsd/vefa/validator/1.0}"


@dataclass(frozen=True)
class Case:
    """`times` is how often the rule must be broken: 0 for a passing case, None for at least once."""

    name: str
    rule: str
    times: int | None
    document: bytes


def cases() -> Iterator[Case]:
    for path in sorted(EN16931.glob("*/*.xml")):
        if path.parent.name != "examples":
            yield from _cases_of(path)


def _cases_of(path: Path) -> Iterator[Case]:
    for position, test in enumerate(etree.parse(path).getroot().findall(f"{_TEST_SET}test"), start=1):
        verdicts, document = [child for child in test if isinstance(child.tag, str)]
        for verdict in verdicts:
            kind = etree.QName(verdict).localname
            if kind == "description":
                continue
            assert kind in ("success", "error"), kind
            number = verdict.get("number")
            times = 0 if kind == "success" else None if number is None else int(number)
            rule = (verdict.text or "").strip()
            yield Case(f"{path.parent.name}/{path.stem}#{position}-{rule}", rule, times, etree.tostring(document, with_tail=False))
