"""The mirror against the contract's storage words, slot by slot."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from chain import slots, words
from chain.gateway import ChainGateway
from chain.words import (
    InvoiceWord,
    KeyWord,
    LimitWord,
    LotWord,
    ParticipantWord,
    PayableWord,
    ProfileWord,
    RoundWord,
)
from registry.sync.check.report import CheckReport

Row = dict[str, Any]
# Code, subject, slot, and what the mirror says of it: a word of its type, or a plain number.
Expected = tuple[str, str, int, words.Word | int]
_CHUNK = 2000
# Above its own fields a key's word holds a copy of its participant's standing, which the contract keeps.
_OWN_FIELDS: dict[type[words.Word | int], int] = {KeyWord: 2**96 - 1}


def compare(
    report: CheckReport,
    gateway: ChainGateway,
    contract: str,
    *,
    tables: dict[str, list[Row]],
    block: int,
    pause: Callable[[], None] = lambda: None,
) -> None:
    """Reads every word of these rows, as of a block, and compares."""
    for name, expected in EXPECTED.items():
        items = [item for row in tables[name] for item in expected(row)]
        for start in range(0, len(items), _CHUNK):
            part = items[start : start + _CHUNK]
            found = gateway.storages(contract, [slot for _, _, slot, _ in part], block)
            for (code, subject, _, value), raw in zip(part, found, strict=True):
                _one(report, code, subject, mirrored=value, stored=int.from_bytes(raw, "big") & _OWN_FIELDS.get(type(value), 2**256 - 1))
            pause()
        report.done(NAMES.get(name, name), len(items))


def _one(report: CheckReport, code: str, subject: str, *, mirrored: words.Word | int, stored: int) -> None:
    # The chain is the truth about claims: it says what the mirror should hold.
    if isinstance(mirrored, int):
        report.expect(code, subject, expected=f"0x{stored:x}", found=f"0x{mirrored:x}")
    elif _packed(mirrored) != stored:
        report.expect(code, subject, expected=vars(type(mirrored).of(stored)), found=vars(mirrored))


def _packed(word: words.Word) -> int | None:
    """None: no word of the contract can hold what the mirror says."""
    try:
        return word.pack()
    except ValueError:
        return None


def _payable(row: Row) -> Iterator[Expected]:
    number, subject = int(row["id"], 16), f"payable:{row['id']}"
    names = ("obligor", "profile", "due", "state", "outstanding", "available", "sequence", "round")
    yield "word_payable", subject, slots.payable(number), PayableWord(*[row[name] for name in names])
    open_round = RoundWord(row["round_base"], row["round_seen"], row["round_payment"])
    yield "word_round", subject, slots.clearing_round(number), open_round


def _lot(row: Row) -> Iterator[Expected]:
    number, subject = int(row["id"], 16), f"lot:{row['id']}"
    names = ("holder", "amount", "hops", "depth", "version", "flags", "round", "lock_party", "lock_until", "children")
    word = LotWord(*[row[name] for name in names]) if row["exists"] else LotWord.of(0)
    yield "word_lot", subject, slots.lot(number), word
    yield "word_frozen", subject, slots.frozen(number), row["frozen"]
    yield "word_recourse", subject, slots.recourse(number), row["recourse_seller"]
    yield "word_consent", subject, slots.consent(number), int.from_bytes(row["consent"] or b"", "big")


def _participant(row: Row) -> Iterator[Expected]:
    subject, account = f"entity:{row['id']}", int(row["account"], 16)
    word = ParticipantWord(row["roles"], row["status"], row["verified_until"], row["epoch"], account)
    yield "word_participant", subject, slots.participant(row["id"]), word
    yield "word_dossier", subject, slots.dossier(row["id"]), int.from_bytes(row["dossier"], "big")


def _key(row: Row) -> Iterator[Expected]:
    word = KeyWord(row["participant"], row["valid_from"], row["valid_until"])
    yield "word_key", f"key:{row['address']}", slots.key(row["address"]), word


def _limit(row: Row) -> Iterator[Expected]:
    word = LimitWord(row["limit"], row["used"], row["agent"], row["overdue"])
    yield "word_limit", f"entity:{row['obligor']}:{row['currency']}", slots.limit(row["obligor"], row["currency"]), word


def _invoice(row: Row) -> Iterator[Expected]:
    word = InvoiceWord(row["occupied"], row["total"], row["currency"])
    subject = f"invoice:{row['obligor']}:{row['fingerprint'].hex()}"
    yield "word_invoice", subject, slots.invoice(row["obligor"], row["fingerprint"]), word


def _profile(row: Row) -> Iterator[Expected]:
    rules = ("valid_from", "valid_until", "tenor", "hops", "depth", "children", "record_lead", "redeem_delay", "grace", "reopen_period")
    values = [int(row[name]) for name in (*rules, "smallest_lot", "paused")]
    yield "word_profile", f"profile:{row['id']}", slots.profile(row["id"]), ProfileWord(*values)


EXPECTED: dict[str, Callable[[Row], Iterable[Expected]]] = {
    "payables": _payable,
    "lots": _lot,
    "participants": _participant,
    "participant_keys": _key,
    "credit_limits": _limit,
    "invoice_occupations": _invoice,
    "profiles": _profile,
}
NAMES = {"participant_keys": "keys", "credit_limits": "limits", "invoice_occupations": "invoices"}
