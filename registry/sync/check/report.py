"""What a check found: passes with how much each compared, and breaks by code."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple


class Break(NamedTuple):
    """A difference. The codes stand in README.md of sync; `subject` as elsewhere ("lot:0x..", "payable:0x..", "entity:7")."""

    code: str
    subject: str
    expected: str
    found: str


class Pass(NamedTuple):
    """One comparison: how many things it compared and how many breaks it found."""

    name: str
    compared: int
    breaks: int


@dataclass
class CheckReport:
    """Outcome of a check as of one block."""

    block_number: int
    passes: list[Pass] = field(default_factory=list)
    breaks: list[Break] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        """Whether everything agrees."""
        return not self.breaks

    def expect(self, code: str, subject: str, *, expected: Any, found: Any) -> None:
        """A break unless both are equal."""
        if expected != found:
            self.breaks.append(Break(code, subject, shown(expected), shown(found)))

    def rows(self, code: str, *, expected: Mapping[str, Any], found: Mapping[str, Any]) -> None:
        """A break for each subject whose values differ or that only one side has."""
        for subject in sorted({*expected, *found}):
            self.expect(code, subject, expected=expected.get(subject), found=found.get(subject))

    def done(self, name: str, compared: int) -> None:
        """Ends a pass: the breaks since the last one are its own."""
        self.passes.append(Pass(name, compared, len(self.breaks) - sum(each.breaks for each in self.passes)))


def shown(value: Any) -> str:
    """A value as text: bytes as hex, rows as sorted fields, nothing as "nothing"."""
    if value is None:
        return "nothing"
    if isinstance(value, bytes):
        return "0x" + value.hex()
    if isinstance(value, Mapping):
        return ", ".join(f"{key}={shown(item)}" for key, item in sorted(value.items()))
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(shown, value)) + "]"
    return str(value)
