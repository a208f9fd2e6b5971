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
# Code, subject, slot, what should stand there, its type (None: a plain number).
Expected = tuple[str, str, int, int, type[words.Word] | None]
_CHUNK = 2000
# Above its own fields a key's word holds a copy of its participant's standing, which the contract keeps.
_OWN_FIELDS: dict[type[words.Word] | None, int] = {KeyWord: 2**96 - 1}


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
            found = gateway.storages(contract, [slot for _, _, slot, _, _ in part], block)
            for (code, subject, _, value, kind), raw in zip(part, found, strict=True):
                word = int.from_bytes(raw, "big") & _OWN_FIELDS.get(kind, 2**256 - 1)
                _one(report, code, subject, pair=(value, word), kind=kind)
            pause()
        report.done(NAMES.get(name, name), len(items))


def _one(report: CheckReport, code: str, subject: str, *, pair: tuple[int, int], kind: type[words.Word] | None) -> None:
    if pair[0] == pair[1]:
        return
    if kind is None:
        report.expect(code, subject, expected=f"0x{pair[1]:x}", found=f"0x{pair[0]:x}")
    else:
        # The chain is the truth about claims: it says what the mirror should hold.
        report.expect(code, subject, expected=vars(kind.of(pair[1])), found=vars(kind.of(pair[0])))


def _payable(row: Row) -> Iterator[Expected]:
    number, subject = int(row["id"], 16), f"payable:{row['id']}"
    names = ("obligor", "profile", "due", "state", "outstanding", "available", "sequence", "round")
    yield "word_payable", subject, slots.payable(number), PayableWord(*[row[name] for name in names]).pack(), PayableWord
    open_round = RoundWord(row["round_base"], row["round_seen"], row["round_payment"]).pack()
    yield "word_round", subject, slots.clearing_round(number), open_round, RoundWord


def _lot(row: Row) -> Iterator[Expected]:
    number, subject = int(row["id"], 16), f"lot:{row['id']}"
    names = ("holder", "amount", "hops", "depth", "version", "flags", "round", "lock_party", "lock_until", "children")
    word = LotWord(*[row[name] for name in names]).pack() if row["exists"] else 0
    yield "word_lot", subject, slots.lot(number), word, LotWord
    yield "word_frozen", subject, slots.frozen(number), row["frozen"], None
    yield "word_recourse", subject, slots.recourse(number), row["recourse_seller"], None
    yield "word_consent", subject, slots.consent(number), int.from_bytes(row["consent"] or b"", "big"), None


def _participant(row: Row) -> Iterator[Expected]:
    subject, account = f"entity:{row['id']}", int(row["account"], 16)
    word = ParticipantWord(row["roles"], row["status"], row["verified_until"], row["epoch"], account).pack()
    yield "word_participant", subject, slots.participant(row["id"]), word, ParticipantWord
    yield "word_dossier", subject, slots.dossier(row["id"]), int.from_bytes(row["dossier"], "big"), None


def _key(row: Row) -> Iterator[Expected]:
    word = KeyWord(row["participant"], row["valid_from"], row["valid_until"]).pack()
    yield "word_key", f"key:{row['address']}", slots.key(row["address"]), word, KeyWord


def _limit(row: Row) -> Iterator[Expected]:
    word = LimitWord(row["limit"], row["used"], row["agent"], row["overdue"]).pack()
    yield "word_limit", f"entity:{row['obligor']}:{row['currency']}", slots.limit(row["obligor"], row["currency"]), word, LimitWord


def _invoice(row: Row) -> Iterator[Expected]:
    word = InvoiceWord(row["occupied"], row["total"], row["currency"]).pack()
    subject = f"invoice:{row['obligor']}:{row['fingerprint'].hex()}"
    yield "word_invoice", subject, slots.invoice(row["obligor"], row["fingerprint"]), word, InvoiceWord


def _profile(row: Row) -> Iterator[Expected]:
    rules = ("valid_from", "valid_until", "tenor", "hops", "depth", "children", "record_lead", "redeem_delay", "grace", "reopen_period")
    values = [int(row[name]) for name in (*rules, "smallest_lot", "paused")]
    yield "word_profile", f"profile:{row['id']}", slots.profile(row["id"]), ProfileWord(*values).pack(), ProfileWord


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
