"""The storage words that a certificate carries: which they are, where they stand, and their fields in plain form."""

from collections.abc import Callable
from dataclasses import fields
from typing import Any

from chain import slots
from chain.words import KeyWord, LotWord, ParticipantWord, PayableWord, ProfileWord, Word

PAYABLE, LOT, PROFILE, FROZEN, RECOURSE, PARTICIPANT, KEY = "payable", "lot", "profile", "frozen", "recourse", "participant", "key"
_CLASSES: dict[str, type[Word]] = {
    PAYABLE: PayableWord,
    LOT: LotWord,
    PROFILE: ProfileWord,
    PARTICIPANT: ParticipantWord,
    KEY: KeyWord,
}
# Words that are one number.
_SINGLE = {FROZEN: "amount", RECOURSE: "seller"}
KINDS = (PAYABLE, LOT, PROFILE, FROZEN, RECOURSE, PARTICIPANT, KEY)
_SLOTS: dict[str, Callable[[int], int]] = {
    PAYABLE: slots.payable,
    LOT: slots.lot,
    PROFILE: slots.profile,
    FROZEN: slots.frozen,
    RECOURSE: slots.recourse,
    PARTICIPANT: slots.participant,
}
# Hex digits of a key's text; the others are decimal numbers.
_DIGITS = {PAYABLE: 40, LOT: 64, FROZEN: 64, RECOURSE: 64, KEY: 40}


def text_of(kind: str, key: int) -> str:
    """A word's key as the file has it: ids and addresses in hex, participants and profiles as decimal numbers."""
    return f"0x{key:0{_DIGITS[kind]}x}" if kind in _DIGITS else str(key)


def key_limit(kind: str) -> int:
    """What a word's key is below."""
    return 1 << 4 * _DIGITS.get(kind, 64)


def slot_of(kind: str, key: int) -> int:
    """Where a word stands in the contract's storage."""
    return slots.key(text_of(KEY, key)) if kind == KEY else _SLOTS[kind](key)


def names(kind: str) -> tuple[str, ...]:
    """Names of a word's fields."""
    if kind in _SINGLE:
        return (_SINGLE[kind],)
    found: Any = _CLASSES[kind]
    return tuple(each.name for each in fields(found))


def plain(kind: str, word: int) -> dict[str, str]:
    """A word's fields: decimal numbers, a participant's account as an address."""
    if kind in _SINGLE:
        return {_SINGLE[kind]: str(word)}
    found = _CLASSES[kind].of(word)
    shown = {name: str(getattr(found, name)) for name in names(kind)}
    if isinstance(found, ParticipantWord):
        shown["account"] = found.account_hex
    return shown
