"""Answers of services as the pages get them: one payable with a tree of lots down to tier 3."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from api.console.texts import Words
from api.console.viewmodels.writing import Writer
from api.schemas.instruments import ProfileOut
from api.schemas.lots import LockOut, LotOut, MoveOut
from api.schemas.payables import PayableOut, TreeOut
from api.schemas.values import Money
from chain import ids

NOW = datetime(2027, 1, 5, 9, 0, tzinfo=UTC)
DUE = NOW + timedelta(days=60)
PROFILE = ids.profile_id(978)
OBLIGOR, FIRST, SECOND, THIRD, BANK, READER = 2, 3, 4, 5, 6, 4
NAMES = {
    OBLIGOR: "Hartwald Drives AG",
    FIRST: "Jiangcheng Castings",
    SECOND: "Qingshi Coatings",
    THIRD: "Xiaohe Fasteners",
    BANK: "Kestrel Bank",
}
ROOT = ids.root(0x9C4D00AA21BB33CC44DD55EE66FF778899AABBCC)
PART, LEAF, SOLD = ids.child(ROOT, 0), ids.child(ids.child(ROOT, 0), 0), ids.child(ROOT, 1)


def writer(language: str = "en") -> Writer:
    """Writes for the second tier's holder."""
    return Writer(Words(language), NAMES, NOW, READER)


def eur(amount: str) -> Money:
    """Euro."""
    return Money(amount=amount, currency="EUR")


def payable(**changes: Any) -> PayableOut:
    """21,701.70 EUR, of which 6,000 are redeemed."""
    values: dict[str, Any] = {
        "id": ids.lot_hex(ROOT)[:42], "root_lot": ids.lot_hex(ROOT), "obligor": OBLIGOR, "payee": FIRST, "profile": PROFILE,
        "state": "active",
        "flags": [], "face": eur("21701.70"), "outstanding": eur("15701.70"), "available": eur("0.00"), "paid": eur("6000.00"),
        "redeemed": eur("6000.00"), "released": eur("0.00"), "cancelled": eur("0.00"), "due": DUE, "issued_at": NOW - timedelta(days=3),
        "issued_block": 41, "payments": 1, "terms": "0x" + "ab" * 32,
    }  # fmt: skip
    return PayableOut(**values | changes)


def lot(number: int = ROOT, **changes: Any) -> LotOut:
    """A free lot with the first payee."""
    values: dict[str, Any] = {
        "id": ids.lot_hex(number), "payable": ids.lot_hex(number)[:42], "parent": None, "child_index": None, "holder": FIRST,
        "amount": eur("21701.70"), "frozen": eur("0.00"), "state": "free", "flags": [], "hops": 0, "depth": 0, "version": 1, "lock": None,
        "recourse_seller": None,
    }  # fmt: skip
    return LotOut(**values | changes)


def tree(**changes: Any) -> TreeOut:
    """The root keeps 7,701.70; 8,000 went to tier 2, which passed all on to tier 3; 6,000 were sold to the bank and redeemed."""
    root, part = ids.lot_hex(ROOT), ids.lot_hex(PART)
    lots = [
        lot(ROOT, amount=eur("7701.70")),
        lot(PART, parent=root, child_index=0, holder=SECOND, amount=eur("0.00"), state="empty", hops=1, depth=1),
        lot(SOLD, parent=root, child_index=1, holder=BANK, amount=eur("6000.00"), state="ended", flags=["ended"], hops=1, depth=1),
        lot(LEAF, parent=part, child_index=0, holder=THIRD, amount=eur("8000.00"), hops=2, depth=2),
    ]
    blocks = count(41)
    moves = [
        move(next(blocks), "Issued", ROOT, ROOT, sender=OBLIGOR, recipient=FIRST, amount="21701.70"),
        move(next(blocks), "Transferred", ROOT, PART, sender=FIRST, recipient=SECOND, amount="8000.00"),
        move(next(blocks), "Split", ROOT, SOLD, sender=FIRST, recipient=FIRST, amount="6000.00"),
        move(next(blocks), "Financed", SOLD, None, sender=FIRST, recipient=BANK, amount="6000.00"),
        move(next(blocks), "Transferred", PART, LEAF, sender=SECOND, recipient=THIRD, amount="8000.00"),
        move(next(blocks), "Redeemed", SOLD, None, sender=BANK, recipient=OBLIGOR, amount="6000.00"),
    ]
    return TreeOut(**{"payable": payable(), "lots": lots, "moves": moves} | changes)


def move(block: int, kind: str, number: int, child: int | None, **parties: Any) -> MoveOut:
    """One step."""
    return MoveOut(
        block=block, log_index=0, at=NOW + timedelta(hours=block - 41), kind=kind, lot=ids.lot_hex(number),
        child=None if child is None else ids.lot_hex(child), sender=parties["sender"], recipient=parties["recipient"],
        amount=eur(parties["amount"]),
    )  # fmt: skip


def profile(**changes: Any) -> ProfileOut:
    """Eight hops, six levels, record time one day before the due time."""
    values: dict[str, Any] = {
        "id": PROFILE, "name": "EUR/0", "currency": "EUR", "variant": 0,
        "valid_from": NOW, "valid_until": DUE, "tenor": 31536000, "hops": 8, "depth": 6, "children": 40,
        "record_lead": 86400, "redeem_delay": 0, "grace": 3600, "reopen_period": 0, "smallest_lot": eur("1.00"), "paused": False,
    }  # fmt: skip
    return ProfileOut(**values | changes)


def locked(party: int, days: int = 9) -> LockOut:
    """A lock that stands for some days."""
    return LockOut(party=party, until=NOW + timedelta(days=days))
