"""The table of storage words in contracts/README.md, read as a machine would: slots, keys and fields come from its text alone."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from chain.hashing import keccak, word

README = Path(__file__).parents[2] / "contracts" / "README.md"
_TITLE = "## Storage words"
_FIELD = re.compile(r"(\w+) (\d+)$")


@dataclass(frozen=True)
class Row:
    """One line of the table. `keys` are expressions over the names of the key's parts; two of them when the mapping is nested."""

    slot: int
    variable: str
    keys: tuple[str, ...]
    # Name and bits of each field, from the lowest bit up.
    fields: tuple[tuple[str, int], ...]

    def place(self, names: Mapping[str, int]) -> int:
        """The storage slot of the word with these keys."""
        at = word(self.slot)
        for key in self.keys:
            # The table is ours, and it is exactly its text that is tried.
            at = keccak(word(eval(key, {"__builtins__": {}}, dict(names))) + at)  # noqa: S307
        return int.from_bytes(at, "big")

    def decode(self, raw: int) -> dict[str, int]:
        """The fields of a word, and what stands above them under the empty name when that is not zero."""
        found = {}
        for name, bits in self.fields:
            found[name], raw = raw & ((1 << bits) - 1), raw >> bits
        return {**found, "": raw} if raw else found


@dataclass
class Sample:
    """One word: the variable it belongs to, its keys by the names of the table, and the fields it must hold."""

    variable: str
    keys: dict[str, int]
    fields: dict[str, int]


def parse(text: str) -> list[Row]:
    """The rows of the table under its title."""
    section = text.split(_TITLE)[1].split("\n## ", maxsplit=1)[0]
    lines = [line for line in section.splitlines() if line.startswith("|")][2:]
    return [_row([cell.strip().replace("\\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]]) for line in lines]


def _row(cells: list[str]) -> Row:
    slot, variable, key, fields = cells
    _, by, keys = key.rpartition(" by ")
    parts = [_FIELD.search(part.strip()) for part in fields.split(";")[0].split(",")]
    named = tuple((part[1], int(part[2])) for part in parts if part)
    return Row(int(slot), variable.strip("`"), tuple(keys.split(", then ")) if by else (), named)


def differences(rows: list[Row], samples: list[Sample], read: Callable[[int], int]) -> list[str]:
    """Where words in storage, decoded by the table, are not what they must be."""
    wrong = []
    for row in rows:
        for sample in samples:
            if sample.variable == row.variable:
                found = row.decode(read(row.place(sample.keys)))
                if found != sample.fields:
                    wrong.append(f"{row.variable} {sample.keys}: {found}, not {sample.fields}")
    return wrong
