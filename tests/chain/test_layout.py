"""Every word of a running contract, read by `eth_getStorageAt` and decoded by the table of contracts/README.md."""

from collections.abc import Callable, Iterator
from dataclasses import fields, replace

import pytest

from chain import slots
from chain.abi import load
from chain.hashing import keccak, word
from chain.words import InvoiceWord, KeyWord, LimitWord, LotWord, ParticipantWord, PayableWord, ProfileWord, RoundWord, Word
from tests.chain.book import BANK, Book
from tests.chain.layout_table import README, Row, differences, parse
from tests.chain.world import World

ROWS = parse(README.read_text())
WORDS: dict[str, type[Word]] = {
    "_payables": PayableWord,
    "_lots": LotWord,
    "_participants": ParticipantWord,
    "_keys": KeyWord,
    "_limits": LimitWord,
    "_invoices": InvoiceWord,
    "_rules": ProfileWord,
    "_rounds": RoundWord,
}


@pytest.fixture(scope="module")
def book(world: World) -> Book:
    return Book(world).tell()


@pytest.fixture(scope="module")
def storage(book: Book) -> "Storage":
    return Storage(book.world)


class Storage:
    """Raw words of the contract, each asked for once."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.seen: dict[int, int] = {}

    def __call__(self, slot: int) -> int:
        if slot not in self.seen:
            raw = self.world.gateway.rpc.call("eth_getStorageAt", self.world.contract, f"0x{slot:064x}", "latest")
            self.seen[slot] = int(raw, 16)
        return self.seen[slot]


def row(variable: str) -> Row:
    (found,) = [each for each in ROWS if each.variable == variable]
    return found


def test_words_decoded_by_the_table_are_what_the_contract_says(book: Book, storage: Storage) -> None:
    assert differences(ROWS, book.samples, storage) == []


def test_the_story_fills_every_field_of_every_word(book: Book) -> None:
    """A field that is 0 in every word could be documented wrongly."""
    filled = {(sample.variable, name) for sample in book.samples for name, value in sample.fields.items() if value}
    documented = {(each.variable, name) for each in ROWS for name, _ in each.fields}
    assert documented - filled == {("_authority", "consuming")}


def altered() -> Iterator[tuple[str, Row]]:
    """The table's rows with one mistake each: a field wider, narrower, in the place of the next; another slot."""
    for each in ROWS:
        places = each.fields
        if each.variable != "_authority":
            yield f"{each.variable} slot", replace(each, slot=each.slot + 1)
        for at, (name, bits) in enumerate(places[:-1]):
            if each.variable == "_authority":
                continue
            for other in (bits - 1, bits + 1):
                yield f"{each.variable} {name} {other}", replace(each, fields=(*places[:at], (name, other), *places[at + 1 :]))
            swapped = (*places[:at], places[at + 1], places[at], *places[at + 2 :])
            yield f"{each.variable} {name} after {places[at + 1][0]}", replace(each, fields=swapped)
        if len(places) > 1 and each.variable != "_authority":
            yield f"{each.variable} without its last field", replace(each, fields=places[:-1])


@pytest.mark.parametrize("wrong", [pytest.param(wrong, id=name) for name, wrong in altered()])
def test_a_mistake_in_the_table_is_found(book: Book, storage: Storage, wrong: Row) -> None:
    assert differences([wrong], book.samples, storage) != []


def test_slots_are_the_compilers() -> None:
    compiled = load("Tallystick").slots
    own = {name: slot for name, slot in compiled.items() if name not in {"_consumingSchedule", "_nameFallback", "_versionFallback"}}
    assert {each.variable: each.slot for each in ROWS} == own
    # Every extension runs on the same storage.
    assert [load(name).slots for name in ("Settlement", "Holdings", "Registrar", "Reads")] == [compiled] * 4


def snake(name: str) -> str:
    return {"from": "from_time"}.get(name, "".join("_" + letter.lower() if letter.isupper() else letter for letter in name))


@pytest.mark.parametrize("variable", WORDS)
def test_python_knows_the_words_as_the_table_has_them(variable: str, book: Book) -> None:
    known = [(each.name, each.metadata["bits"]) for each in fields(WORDS[variable])]  # type: ignore[arg-type]
    documented = [(snake(name), bits) for name, bits in row(variable).fields]
    # The copy of a participant's standing is the contract's own affair.
    assert documented[: len(known)] == known
    assert len(documented) == len(known) or variable == "_keys"


def test_the_contracts_own_types_are_as_wide_as_the_fields() -> None:
    widths = {}
    for raw in load("ITallystick").entries("function"):
        outputs = raw["outputs"]
        if raw["name"] in ("payableOf", "lotOf"):
            widths["_payables" if raw["name"] == "payableOf" else "_lots"] = outputs
        if raw["name"] == "profileOf":
            widths["_rules"] = outputs[0]["components"]
        if raw["name"] in ("frozenOf", "recourseOf"):
            widths["_frozen" if raw["name"] == "frozenOf" else "_recourse"] = outputs
    for variable, outputs in widths.items():
        documented = [bits for name, bits in row(variable).fields if name != "paused"]
        types = [int(output["type"].removeprefix("uint")) for output in outputs]
        # Solidity's types have whole bytes; one field of the profile has a bit less, which `paused` takes.
        assert [(bits + 7) // 8 * 8 for bits in documented] == types


FOUND: dict[str, Callable[..., int]] = {
    "_payables": slots.payable,
    "_lots": slots.lot,
    "_participants": slots.participant,
    "_keys": lambda address: slots.key(f"0x{address:040x}"),
    "_limits": slots.limit,
    "_invoices": lambda obligor, fingerprint: slots.invoice(obligor, word(fingerprint)),
    "_rules": slots.profile,
    "_rounds": slots.clearing_round,
    "_consents": slots.consent,
    "_frozen": slots.frozen,
    "_recourse": slots.recourse,
    "_dossiers": slots.dossier,
}


def test_python_finds_the_words_where_the_table_says(book: Book) -> None:
    looked_for = [sample for sample in book.samples if sample.variable in FOUND]
    assert {sample.variable for sample in looked_for} == set(FOUND)
    for sample in looked_for:
        assert FOUND[sample.variable](*sample.keys.values()) == row(sample.variable).place(sample.keys)


def test_addresses_of_a_keyring_stand_behind_the_hash_of_its_slot(book: Book, storage: Storage) -> None:
    place = row("_keyring").place({"participant": BANK})
    first = int.from_bytes(keccak(word(place)), "big")
    assert [storage(first + at) for at in range(3)] == [int(book.world.address("bank"), 16), int("77" * 20, 16), 0]


def test_slots_without_a_row_hold_nothing(storage: Storage) -> None:
    documented = {each.slot for each in ROWS}
    assert [slot for slot in range(40) if slot not in documented and storage(slot)] == []
