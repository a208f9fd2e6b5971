"""What a check found: passes with how much each compared, and breaks by code."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from registry.sync.alarms import Severity
from registry.sync.check.codes import CODES

# Characters of one side that are kept; the figures' hash covers all of it.
_LONGEST = 2000


class Amounts(NamedTuple):
    """Both sides of a break about money: minor units of one currency (ISO 4217 letters)."""

    expected: int
    found: int
    currency: str


class Break(NamedTuple):
    """A difference. Its code is one of `codes.CODES`; `subject` as elsewhere ("lot:0x..", "payable:0x..", "entity:7").

    Of two rows only the fields that differ are told. `expected` comes from the chain, where it is about claims.
    """

    code: str
    subject: str
    expected: str
    found: str
    amounts: Amounts | None = None

    @property
    def severity(self) -> Severity:
        """How bad it is."""
        return CODES[self.code].severity

    @property
    def figures(self) -> bytes:
        """SHA-256 of both sides: another hash says that the figures have changed."""
        return hashlib.sha256(f"{self.expected}\n{self.found}".encode()).digest()


class Pass(NamedTuple):
    """One comparison: how many things it compared and how many breaks it found."""

    name: str
    compared: int
    breaks: int


@dataclass
class CheckReport:
    """Outcome of a check as of one block. `covered`: codes of which everything was compared, so what is not in `breaks` is over."""

    block_number: int
    block_hash: bytes = b""
    passes: list[Pass] = field(default_factory=list)
    breaks: list[Break] = field(default_factory=list)
    covered: frozenset[str] = frozenset(CODES)

    @property
    def clean(self) -> bool:
        """Whether everything agrees."""
        return not self.breaks

    @property
    def compared(self) -> int:
        """How many things were compared."""
        return sum(each.compared for each in self.passes)

    def expect(self, code: str, subject: str, *, expected: Any, found: Any, amounts: Amounts | None = None) -> None:
        """A break unless both are equal. KeyError for a code that the table does not have."""
        if expected != found:
            wanted, stood = _differing(expected, found)
            self.breaks.append(Break(_known(code), subject, shown(wanted), shown(stood), amounts))

    def rows(self, code: str, *, expected: Mapping[str, Any], found: Mapping[str, Any]) -> None:
        """A break for each subject whose values differ or that only one side has."""
        for subject in sorted({*expected, *found}):
            self.expect(code, subject, expected=expected.get(subject), found=found.get(subject))

    def done(self, name: str, compared: int) -> None:
        """Ends a pass: the breaks since the last one are its own."""
        self.passes.append(Pass(name, compared, len(self.breaks) - sum(each.breaks for each in self.passes)))

    def leave_out(self, codes: Iterable[str]) -> None:
        """These codes were not compared after all: a break of theirs that is not found may stand all the same."""
        self.covered -= frozenset(codes)


def _known(code: str) -> str:
    CODES[code]
    return code


def _differing(expected: Any, found: Any) -> tuple[Any, Any]:
    """Of two rows the fields that differ; other values as they are."""
    if not (isinstance(expected, Mapping) and isinstance(found, Mapping)):
        return expected, found
    names = [name for name in {**expected, **found} if expected.get(name) != found.get(name)]
    return {name: expected.get(name) for name in names}, {name: found.get(name) for name in names}


def shown(value: Any) -> str:
    """A value as text: bytes as hex, rows as sorted fields, nothing as "nothing". What is too long ends with the hash of all of it."""
    text = _text(value)
    if len(text) <= _LONGEST:
        return text
    return f"{text[:_LONGEST]}.. (SHA-256 of all: {hashlib.sha256(text.encode()).hexdigest()})"


def _text(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bytes):
        return "0x" + value.hex()
    if isinstance(value, Mapping):
        return ", ".join(f"{key}={_text(item)}" for key, item in sorted(value.items()))
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_text, value)) + "]"
    return str(value)
