"""What the database must hold: the story's events folded plainly, in place, by code that the indexer does not use.

A short second opinion on `registry.sync.fold` and `registry.ledger.postings`. It takes the events as the story made them, not as they were
decoded, and keeps rows as lists of fields change, not as rules.
"""

import re
from collections import Counter
from dataclasses import fields
from typing import Any, Protocol

from chain import ids
from chain.events import Event
from chain.structs import Financing, Profile

Row = dict[str, Any]
RECOURSE, PLEDGED, FINANCING, FROZEN, ENDED, OFFERED = 1, 2, 4, 8, 16, 32
ISSUED, ACTIVE, REFUSED, CANCELLED, SETTLED = 1, 2, 3, 4, 5
OVERDUE, SUSPENDED, ROUND = 0x10, 0x20, 0x40
LETTERS = {156: "CNY"}
# Arguments by the names they have here.
ARGUMENTS = {
    "payableId": "payable",
    "verifiedUntil": "verified_until",
    "offerHash": "offer_hash",
    "from": "giver",
    "round": "round_number",
    "lot": "number",
    "into": "target",
}
SNAKE = re.compile(r"(?<!^)(?=[A-Z])")
STORED = {"from_time": "valid_from", "until": "valid_until"}


def _nothing(**_: Any) -> None:
    """Events without effect on rows."""


class Follower(Protocol):
    """Records that change with events."""

    def before(self, number: int, event: Event) -> None:
        """An event of this block is about to be taken in."""

    def after(self, number: int, event: Event, flags: dict[int, tuple[int, int]]) -> None:
        """It was taken in; flags of the lots that it names, before and after."""


class Oracle:
    """Tables by name and key; steps of lots; balances of accounts."""

    def __init__(self) -> None:
        names = ("participants", "participant_keys", "credit_limits", "profiles", "invoice_occupations", "payables", "lots")
        self.tables: dict[str, dict[Any, Row]] = {name: {} for name in names}
        self.moves: list[Row] = []
        self.cash: Counter[tuple[int, str]] = Counter()
        self._at = (0, 0, 0)
        self._last: tuple[str, int] = ("", 0)

    def block(self, number: int, timestamp: int, calls: list[list[tuple[int, Event]]], records: "Follower") -> None:
        """Takes the events of a block's transactions, each with its log index; the records that follow are told around each."""
        for call in calls:
            self._last = ("", 0)
            for index, event in call:
                self._at = (number, index, timestamp)
                lots = [event.args[name] for name in ("lot", "into", "absorbed") if name in event.args]
                before = {lot: self._flags(lot) for lot in lots}
                records.before(number, event)
                getattr(self, "on_" + SNAKE.sub("_", event.name).lower(), _nothing)(
                    **{ARGUMENTS.get(name, name): value for name, value in event.args.items()}
                )
                self._last = (event.name, event.args.get("into", 0))
                records.after(number, event, {lot: (flags, self._flags(lot)) for lot, flags in before.items()})

    def balances(self, paid_out: Counter[tuple[int, str]]) -> dict[tuple[int, str], int]:
        """What must stand on every account: claims are the live lots, payables what is outstanding, collections what is paid in.

        `paid_out`: what funders have paid for the lots they financed.
        """
        found = Counter(self.cash)
        for key, amount in paid_out.items():
            found[key] += amount
        for row in self.tables["payables"].values():
            found[row["obligor"], "payables"] -= row["outstanding"]
            agent = self.tables["credit_limits"][row["obligor"], 156]["agent"]
            found[agent, "collections"] += row["available"]
        for lot in self.tables["lots"].values():
            if lot["exists"] and not lot["flags"] & ENDED:
                found[lot["holder"], "claims"] += lot["amount"]
        return {key: amount for key, amount in found.items() if amount}

    # Parties.

    def on_participant_set(self, participant: int, roles: int, *, status: int, verified_until: int, account: str, dossier: bytes) -> None:
        epoch = self.tables["participants"].get(participant, {"epoch": 0})["epoch"]
        row = {"id": participant, "roles": roles, "status": status, "verified_until": verified_until, "epoch": epoch}
        self.tables["participants"][participant] = row | {"account": account, "dossier": dossier}

    def on_key_set(self, key: str, participant: int, giver: int, until: int) -> None:
        row = {"address": key, "participant": participant, "valid_from": giver, "valid_until": until}
        self.tables["participant_keys"][key] = row

    def on_epoch_raised(self, participant: int, epoch: int) -> None:
        self.tables["participants"][participant]["epoch"] = epoch

    def on_profile_set(self, profile: int, rules: list[int]) -> None:
        names = [STORED.get(field.name, field.name) for field in fields(Profile)]
        self.tables["profiles"][profile] = {"id": profile, "paused": False, **dict(zip(names, rules, strict=True))}

    def on_profile_paused(self, profile: int, *, paused: bool) -> None:
        self.tables["profiles"][profile]["paused"] = paused

    def on_limit_set(self, obligor: int, currency: int, limit: int, agent: int) -> None:
        row = self.tables["credit_limits"].setdefault((obligor, currency), {"used": 0, "overdue": 0})
        row.update(obligor=obligor, currency=currency, limit=limit, agent=agent)

    # Payables.

    def on_issued(self, payable: int, obligor: int, payee: int, *, currency: int, face: int, portions: Any, **rest: Any) -> None:
        number, _, timestamp = self._at
        name = f"0x{payable:040x}"
        numbers = ("available", "sequence", "round", "round_base", "round_seen", "round_payment")
        sums = ("paid", "redeemed", "released", "cancelled")
        self.tables["payables"][name] = {
            "id": name, "obligor": obligor, "payee": payee, "currency": LETTERS[currency], "face": face, "outstanding": face,
            "state": ISSUED, "issued_at": timestamp, "issued_block": number,
            "portions": [["0x" + mark.hex(), str(amount), str(total)] for mark, amount, total in portions],
            **rest, **dict.fromkeys((*numbers, *sums), 0),
        }  # fmt: skip
        for mark, amount, total in portions:
            key = obligor, mark
            row = {"obligor": obligor, "fingerprint": mark, "occupied": 0, "total": total, "currency": currency}
            self.tables["invoice_occupations"].setdefault(key, row)["occupied"] += amount
        self._used(name, face)
        self._born(payable << 96, None, payee, amount=face)
        self._step("Issued", payable << 96, face, pair=(obligor, payee))

    def on_accepted(self, payable: int) -> None:
        row = self._payable(payable)
        row["state"] = ACTIVE
        self._step("Accepted", payable << 96, row["face"], pair=(row["payee"], None))

    def on_refused(self, payable: int) -> None:
        self._taken_back("Refused", payable, REFUSED)

    def on_cancelled(self, payable: int) -> None:
        self._taken_back("Cancelled", payable, CANCELLED)

    def _taken_back(self, name: str, payable: int, state: int) -> None:
        row = self._payable(payable)
        for mark, amount, _ in row["portions"]:
            self.tables["invoice_occupations"][row["obligor"], bytes.fromhex(mark[2:])]["occupied"] -= int(amount)
        self._used(row["id"], -row["face"])
        row.update(state=state, outstanding=0, cancelled=row["face"])
        self._step(name, payable << 96, row["face"], pair=(row["payee"], row["obligor"]))
        self._vanish(self._lot(payable << 96))

    def on_redemption_suspended(self, payable: int, *, suspended: bool, **_: Any) -> None:
        row = self._payable(payable)
        row["state"] = row["state"] & ~SUSPENDED | SUSPENDED * suspended

    def on_payment_recorded(self, payable: int, sequence: int, amount: int, **_: Any) -> None:
        self._money(payable, sequence, amount)

    def on_payment_reversed(self, payable: int, sequence: int, amount: int, **_: Any) -> None:
        self._money(payable, sequence, -amount)

    def _money(self, payable: int, sequence: int, amount: int) -> None:
        row = self._payable(payable)
        row.update(sequence=sequence, available=row["available"] + amount, paid=row["paid"] + amount)
        self._used(row["id"], -amount)
        self.cash[row["obligor"], "bank"] -= amount

    def on_round_opened(self, payable: int, round_number: int, base: int, payment: int) -> None:
        row = self._payable(payable)
        row.update(round=round_number, round_base=base, round_payment=payment, round_seen=0, state=row["state"] | ROUND)

    def on_round_closed(self, payable: int, **_: Any) -> None:
        row = self._payable(payable)
        row.update(round_base=0, round_payment=0, round_seen=0, state=row["state"] & ~ROUND)

    def on_overdue_marked(self, payable: int, **_: Any) -> None:
        self._late(payable, 1)

    def on_overdue_cured(self, payable: int, **_: Any) -> None:
        self._late(payable, -1)

    def _late(self, payable: int, change: int) -> None:
        row = self._payable(payable)
        row["state"] ^= OVERDUE
        self.tables["credit_limits"][row["obligor"], 156]["overdue"] += change

    # Lots.

    def on_transferred(self, number: int, child: int, giver: int, *, to: int, amount: int, kind: int, **_: Any) -> None:
        lot = self._lot(number)
        seller = giver if kind == 1 else 0
        if child == number:
            self._unlock(lot)
            lot["holder"] = to
            lot["hops"] += kind <= 1
            self._bump(lot)
            self._owes(lot, seller)
        else:
            part = self._cut(number, child, to, amount=amount)
            part["hops"] += 1
            self._owes(part, seller)
            if lot["flags"] & OFFERED:
                self._unlock(lot)
                self._bump(lot)
        self._step("Transferred", number, amount, pair=(giver, to), child=child)

    def on_split(self, number: int, child: int, amount: int, **_: Any) -> None:
        lot = self._lot(number)
        self._unlock(lot)
        self._owes(self._cut(number, child, lot["holder"], amount=amount), lot["recourse_seller"])
        self._step("Split", number, amount, pair=(lot["holder"], lot["holder"]), child=child)

    def on_merged(self, target: int, absorbed: int, amount: int) -> None:
        into, other = self._lot(target), self._lot(absorbed)
        self._unlock(into)
        into["amount"] += amount
        into["hops"] = max(into["hops"], other["hops"])
        if self._last != ("Merged", target):
            self._bump(into)
        self._step("Merged", absorbed, amount, pair=(into["holder"], into["holder"]), child=target)
        self._vanish(other)

    def on_locked(self, number: int, party: int, until: int) -> None:
        lot = self._relock(number, party, until)
        self._step("Locked", number, lot["amount"], pair=(lot["holder"], party))

    def on_offer_made(self, number: int, offer_hash: bytes, offer: Any) -> None:
        lot = self._relock(number, offer[4], offer[7])
        lot["flags"] |= OFFERED
        lot["consent"] = offer_hash
        self._step("OfferMade", number, offer[3], pair=(lot["holder"], offer[4]))

    def on_released(self, number: int, by: int) -> None:
        lot = self._lot(number)
        self._unlock(lot)
        self._bump(lot)
        self._step("Released", number, lot["amount"], pair=(by, lot["holder"]))

    def on_financing_locked(self, number: int, funder: int, until: int, kind: int, commitment: bytes, **rest: Any) -> None:
        lot = self._relock(number, funder, until)
        lot["flags"] |= FINANCING
        consent = ids.financing_hash(Financing(funder, until, kind, rest["recourse"], commitment))
        lot.update(consent=consent, consent_recourse=rest["recourse"])
        self._step("FinancingLocked", number, lot["amount"], pair=(lot["holder"], funder))

    def on_financed(self, number: int, funder: int, giver: int, amount: int, kind: int, **_: Any) -> None:
        lot = self._lot(number)
        seller = giver if lot["consent_recourse"] else 0
        self._unlock(lot)
        self._bump(lot)
        if kind == 0:
            lot["holder"] = funder
            lot["hops"] += 1
            self._owes(lot, seller)
        else:
            lot.update(lock_party=funder, lock_until=2**32 - 1, flags=lot["flags"] | PLEDGED)
        self._step("Financed", number, amount, pair=(giver, funder))

    def on_pledge_released(self, number: int, pledgee: int, **_: Any) -> None:
        lot = self._lot(number)
        self._unlock(lot)
        self._bump(lot)
        self._step("PledgeReleased", number, lot["amount"], pair=(pledgee, lot["holder"]))

    def on_lot_frozen(self, number: int, amount: int, **_: Any) -> None:
        lot = self._lot(number)
        self._bump(lot)
        self._freeze(lot, amount)
        self._step("LotFrozen", number, amount, pair=(lot["holder"], None))

    def on_transfer_forced(self, number: int, child: int, giver: int, to: int, amount: int, **_: Any) -> None:
        lot = self._lot(number)
        if child == number:
            lot["holder"] = to
        else:
            carried = max(0, amount - lot["amount"] + lot["frozen"])
            part = self._cut(number, child, to, amount=amount)
            self._owes(part, lot["recourse_seller"])
            self._freeze(part, carried)
            self._freeze(lot, lot["frozen"] - carried)
        self._unlock(lot)
        self._bump(lot)
        self._step("TransferForced", number, amount, pair=(giver, to), child=child)

    def on_redeemed(self, number: int, holder: int, amount: int, round_number: int, **_: Any) -> None:
        lot, row = self._lot(number), self._payable(number >> 96)
        self._paid_out(lot, holder, amount)
        row["outstanding"] -= amount
        row["available"] -= amount
        row["redeemed"] += amount
        self._step("Redeemed", number, amount, pair=(holder, row["obligor"]))
        self._bump(lot)
        if round_number:
            row["round_seen"] += lot["amount"]
            lot.update(amount=lot["amount"] - amount, round=round_number)
            return
        if self.tables["profiles"][row["profile"]]["reopen_period"]:
            lot["flags"] |= ENDED
        else:
            self._vanish(lot)
        if not row["outstanding"]:
            row["state"] = row["state"] & ~15 | SETTLED

    def on_reopened(self, number: int, holder: int, amount: int, sequence: int, **_: Any) -> None:
        lot, row = self._lot(number), self._payable(number >> 96)
        lot.update({"flags": lot["flags"] & ~ENDED} if lot["flags"] & ENDED else {"amount": lot["amount"] + amount})
        self._bump(lot)
        self._paid_out(lot, holder, -amount)
        self.cash[row["obligor"], "bank"] += amount
        self._used(row["id"], amount)
        row.update(outstanding=row["outstanding"] + amount, redeemed=row["redeemed"] - amount, sequence=sequence)
        row["state"] = row["state"] & ~15 | ACTIVE
        self._step("Reopened", number, amount, pair=(row["obligor"], holder))

    def on_discharged(self, number: int, amount: int, **_: Any) -> None:
        self._given_up("Discharged", number, amount)

    def on_set_off(self, number: int, amount: int, **_: Any) -> None:
        self._given_up("SetOff", number, amount)

    def _given_up(self, name: str, number: int, amount: int) -> None:
        lot, row = self._lot(number), self._payable(number >> 96)
        row.update(outstanding=row["outstanding"] - amount, released=row["released"] + amount)
        self._used(row["id"], -amount)
        if not row["outstanding"]:
            row["state"] = row["state"] & ~15 | SETTLED
        self._step(name, number, amount, pair=(lot["holder"], row["obligor"]))
        self._vanish(lot)

    # Small changes.

    def _payable(self, number: int) -> Row:
        return self.tables["payables"][f"0x{number:040x}"]

    def _flags(self, lot: int) -> int:
        return int(self.tables["lots"].get(f"0x{lot:064x}", {"flags": 0})["flags"])

    def _lot(self, number: int) -> Row:
        return self.tables["lots"][f"0x{number:064x}"]

    def _used(self, payable: str, amount: int) -> None:
        row = self.tables["payables"][payable]
        self.tables["credit_limits"][row["obligor"], 156]["used"] += amount

    def _born(self, number: int, parent: Row | None, holder: int, *, amount: int, index: int | None = None) -> Row:
        name = f"0x{number:064x}"
        plain = ("version", "flags", "round", "lock_party", "lock_until", "children", "frozen", "recourse_seller")
        row = {"id": name, "payable_id": name[:42], "parent_id": parent and parent["id"], "child_index": index, "holder": holder}
        row |= {"amount": amount, "hops": parent["hops"] if parent else 0, "depth": parent["depth"] + 1 if parent else 0}
        row |= {"consent": None, "consent_recourse": False, "exists": True, **dict.fromkeys(plain, 0)}
        self.tables["lots"][name] = row
        return row

    def _cut(self, parent: int, child: int, holder: int, *, amount: int) -> Row:
        lot = self._lot(parent)
        index = next(place for place in range(40) if ids.child(parent, place) == child)
        lot["amount"] -= amount
        lot["children"] |= 1 << index
        return self._born(child, lot, holder, amount=amount, index=index)

    def _unlock(self, lot: Row) -> None:
        lot.update(lock_party=0, lock_until=0, consent=None, consent_recourse=False)
        lot["flags"] &= ~(PLEDGED | FINANCING | OFFERED)

    def _relock(self, number: int, party: int, until: int) -> Row:
        lot = self._lot(number)
        self._unlock(lot)
        self._bump(lot)
        lot.update(lock_party=party, lock_until=until)
        return lot

    def _bump(self, lot: Row) -> None:
        lot["version"] = min(lot["version"] + 1, 65_535)

    def _owes(self, lot: Row, seller: int) -> None:
        lot.update(recourse_seller=seller, flags=lot["flags"] & ~RECOURSE | RECOURSE * bool(seller))

    def _freeze(self, lot: Row, amount: int) -> None:
        lot.update(frozen=amount, flags=lot["flags"] & ~FROZEN | FROZEN * bool(amount))

    def _vanish(self, lot: Row) -> None:
        self._unlock(lot)
        lot.update(amount=0, flags=0, round=0, frozen=0, recourse_seller=0, exists=False)

    def _paid_out(self, lot: Row, holder: int, amount: int) -> None:
        """A pay-out; a negative one comes back, the lot being as it was before it."""
        size = abs(amount)
        deposit = max(0, size - max(0, lot["amount"] - lot["frozen"]))
        sign = 1 if amount > 0 else -1
        self.cash[holder, "deposits"] += sign * deposit
        self.cash[lot["lock_party"] if lot["flags"] & PLEDGED else holder, "bank"] += sign * (size - deposit)

    def _step(self, kind: str, lot: int, amount: int, *, pair: tuple[int | None, int | None], child: int | None = None) -> None:
        number, index, timestamp = self._at
        name = f"0x{lot:064x}"
        row = {"block_number": number, "log_index": index, "payable_id": name[:42], "lot_id": name, "kind": kind, "amount": amount}
        row |= {"child_id": None if child is None else f"0x{child:064x}", "sender": pair[0], "recipient": pair[1], "at": timestamp}
        self.moves.append(row)
