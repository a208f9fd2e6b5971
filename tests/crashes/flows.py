"""The flows that are killed: what an installation does in its life, each from a prepared installation but the first."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from chain import ids
from chain.certificate import check
from chain.certificate.pin import Pin
from registry.identity.rules import profile_number
from tests.crashes.drive import Drive
from tests.crashes.site import START

DAY = 86_400
DUE_DAYS = 60
CURRENCY = "EUR"
PROFILE = profile_number(CURRENCY)
ROLES = {"obligor": "obligor", "supplier": "supplier", "second": "supplier", "third": "supplier", "bank": "funder", "agent": "agent"}
RULES = {
    "tenor": 365 * DAY,
    "hops": 10,
    "depth": 8,
    "children": 40,
    "record_lead": 0,
    "redeem_delay": 0,
    "grace": DAY,
    "reopen_period": 30 * DAY,
}


def euros(minor: int) -> dict[str, str]:
    """An amount as the API takes it."""
    return {"amount": f"{minor // 100}.{minor % 100:02}", "currency": CURRENCY}


def onboarding(d: Drive) -> None:
    """A registrar on an empty database: parties, accounts, API keys, a profile, a limit."""
    d.place.tokens |= json.loads((d.place.folder / "sandbox-keys.json").read_text())
    for party, role in ROLES.items():
        body = {"name": party.title(), "country": "DE", "roles": [role], "verified_until": d.soon(3 * 365)}
        number = d.made("registrar", f"entity:{party}", "/entities", body)
        account = {"currency": CURRENCY, "account": "DE89370400440532013000"}
        d.post("registrar", f"account:{party}", f"/entities/{number}/accounts", account)
        key = d.post("registrar", f"api-key:{party}", f"/entities/{number}/api-keys", {"label": "test"})
        d.place.tokens[party], d.place.numbers[party] = key["token"], int(number)
    valid = {"valid_from": (START - timedelta(days=1)).isoformat(), "valid_until": d.soon(9 * 365)}
    d.post("registrar", "profile", "/profiles", {"id": PROFILE, "currency": CURRENCY, **valid, **RULES, "smallest_lot": euros(100)})
    limit = {"obligor": d.place.numbers["obligor"], "limit": euros(10**9), "agent": d.place.numbers["agent"]}
    d.post("registrar", "limit", "/limits", limit)


def invoices(d: Drive, name: str, amounts: list[int]) -> list[int]:
    """An export of the obligor's."""
    rows = [f"{name}-{place},{d.now.date()},{euros(amount)['amount']},S" for place, amount in enumerate(amounts)]
    layout = {
        "number": "number",
        "issue_date": "date",
        "amount": "total",
        "seller_id": "vendor",
        "currency": CURRENCY,
        "due_days": DUE_DAYS,
    }
    body = {"name": f"{name}.csv", "content": "\n".join(["number,date,total,vendor", *rows, ""]), "layout": layout}
    body["sellers"] = {"S": d.place.numbers["supplier"]}
    return [int(number) for number in d.post("obligor", f"import:{name}", "/imports/export", body)["accepted"]]


def confirmed(d: Drive, name: str, amounts: list[int]) -> str:
    """A payable on invoices of these amounts."""
    body = {"invoices": [{"invoice": number} for number in invoices(d, name, amounts)], "profile": PROFILE}
    return d.made("obligor", f"confirm:{name}", "/payables", body)


def accepted(d: Drive, name: str, amounts: list[int]) -> str:
    """A payable that its payee has accepted."""
    payable = confirmed(d, name, amounts)
    d.post("supplier", f"accept:{name}", f"/payables/{payable}/accept")
    return payable


def root(payable: str) -> str:
    """A payable's first lot."""
    return ids.lot_hex(ids.root(int(payable, 16)))


def child(lot: str, index: int) -> str:
    """A part's id."""
    return ids.lot_hex(ids.child(int(lot, 16), index))


def offered(d: Drive, name: str, lot: str, *, sender: str, recipient: str, **terms: Any) -> str:
    """An offer with a trade document; its number."""
    query = {"name": f"{name}.txt", "subject": f"lot:{lot}", "media_type": "text/plain"}
    note = d.made(sender, f"document:{name}", "/documents", params=query, content=f"delivery note {name}".encode())
    body = {"lot": lot, "recipient": d.place.numbers[recipient], "documents": [int(note)], "deadline": d.soon(), **terms}
    return d.made(sender, f"offer:{name}", "/offers", body)


def passed(d: Drive, name: str, lot: str, *, sender: str, recipient: str, amount: int) -> str:
    """A part that was offered and accepted; its id."""
    offer = offered(d, name, lot, sender=sender, recipient=recipient, amount=euros(amount))
    d.post(recipient, f"accept-offer:{name}", f"/offers/{offer}/accept")
    return str(d.get(sender, f"/offers/{offer}")["new_lot"])


def issue(d: Drive) -> None:
    """Two payables, one on two invoices; accepted together."""
    first = confirmed(d, "pair", [d.amount(), d.amount()])
    second = confirmed(d, "single", [d.amount()])
    d.post("supplier", "accept", "/payables/accept", {"payables": [first, second]})


def split(d: Drive) -> None:
    """Offers of parts accepted, one with recourse; a whole lot offered on-chain; split for oneself and merged; an offer withdrawn."""
    lot = root(accepted(d, "claim", [500_000 + d.amount()]))
    part = passed(d, "part", lot, sender="supplier", recipient="second", amount=d.amount(100_000, 200_000))
    recourse = {"amount": euros(d.amount(50_000, 90_000)), "kind": "sale_recourse"}
    offer = offered(d, "recourse", lot, sender="supplier", recipient="third", **recourse)
    d.post("third", "accept-offer:recourse", f"/offers/{offer}/accept")
    whole = offered(d, "whole", part, sender="second", recipient="third", on_chain=True)
    d.post("third", "accept-offer:whole", f"/offers/{whole}/accept")
    pieces = [child(lot, index) for index in (2, 3)]
    d.post("supplier", "split", f"/lots/{lot}/split", {"amounts": [euros(d.amount(1_000, 9_000)) for _ in pieces]})
    d.post("supplier", "merge", f"/lots/{lot}/merge", {"others": pieces})
    offered(d, "withdrawn", lot, sender="supplier", recipient="second", amount=euros(d.amount(1_000, 9_000)))
    d.post("supplier", "withdraw", "/offers/withdraw")


def financing(d: Drive) -> None:
    """A lot sold to a bank, one pledged and released, one whose lock the bank lets go."""
    lot = root(accepted(d, "claim", [500_000 + d.amount()]))
    d.post("supplier", "split", f"/lots/{lot}/split", {"amounts": [euros(d.amount(20_000, 90_000)) for _ in range(3)]})
    numbers = []
    for index, kind in enumerate(("assignment", "pledge", "assignment")):
        terms = {"lot": child(lot, index), "funder": d.place.numbers["bank"], "kind": kind, "price": euros(d.amount(10_000, 19_000))}
        numbers.append(d.made("supplier", f"lock:{index}", "/financings", {**terms, "until": d.soon()}))
    sold, pledged, let_go = numbers
    d.post("bank", "complete:sold", f"/financings/{sold}/complete", {"reference": "PAYOUT 1"})
    d.post("bank", "complete:pledged", f"/financings/{pledged}/complete", {"reference": "LOAN 1"})
    d.post("bank", "release", f"/financings/{let_go}/release")
    d.post("bank", "release-pledge", f"/financings/{pledged}/release-pledge", {"registration": "ZD-77"})


def full(d: Drive) -> None:
    """Paid in two parts, cleared whole; a pay-out that the bank returned and that is cleared again."""
    amount = d.amount()
    payable = accepted(d, "claim", [amount])
    part = passed(d, "part", root(payable), sender="supplier", recipient="second", amount=d.amount(10_000, 90_000))
    first = d.amount(10_000, 90_000)
    for step, money in (("first", first), ("rest", amount - first)):
        d.post("agent", f"pay:{step}", "/payments", {"payable": payable, "amount": euros(money), "reference": f"CAMT {step}"})
    d.at(DUE_DAYS + 1)
    d.post("agent", "clear", "/clearings", {"payable": payable})
    for who in ("agent", "registrar"):
        d.post(who, "reopen", f"/lots/{part}/reopen", {"reason": "account closed"})


def short(d: Drive) -> None:
    """Paid short: a round, each lot its share; the rest overdue; a payment that is taken back."""
    amount = 500_000 + d.amount()
    payable = accepted(d, "claim", [amount])
    for name, recipient in (("one", "second"), ("other", "third")):
        passed(d, name, root(payable), sender="supplier", recipient=recipient, amount=d.amount(50_000, 99_999))
    body = {"payable": payable, "amount": euros(amount * 3 // 5), "reference": "CAMT short"}
    d.post("agent", "pay", "/payments", body)
    wrong = d.made("agent", "pay:wrong", "/payments", {**body, "amount": euros(777), "reference": "CAMT wrong"})
    for who in ("agent", "registrar"):
        d.post(who, "reverse", f"/payments/{wrong}/reverse", {"reason": "booked wrongly"})
    d.at(DUE_DAYS + 3)
    d.post("agent", "clear", "/clearings", {"payable": payable})
    d.post("supplier", "overdue", f"/payables/{payable}/overdue")


def refusal(d: Drive) -> None:
    """One payable refused, one cancelled before acceptance, one after it with the payee's consent."""
    first, second = (confirmed(d, name, [d.amount()]) for name in ("refused", "cancelled"))
    d.post("supplier", "refuse", f"/payables/{first}/refuse")
    d.post("obligor", "cancel", f"/payables/{second}/cancel")
    third = accepted(d, "consented", [d.amount()])
    d.post("supplier", "consent", f"/payables/{third}/consent")
    d.post("obligor", "cancel:consented", f"/payables/{third}/cancel")


def certificate(d: Drive) -> None:
    """Certificates of a locked lot, before and after it moves; each is verified offline with the pin."""
    lot = root(accepted(d, "claim", [d.amount()]))
    d.post("supplier", "lock", f"/lots/{lot}/lock", {"party": d.place.numbers["bank"], "until": d.soon()})
    pin = Pin.of(d.fetch("registrar", "/pin"))
    for step in ("locked", "free"):
        proven = check.verify(d.fetch("supplier", f"/lots/{lot}/certificate"), pin)
        d.facts.append(("certificate", step, proven.lot.holder, proven.lot.amount, proven.lot.version, proven.lock is not None))
        if step == "locked":
            d.post("bank", "release", f"/lots/{lot}/release")


def snapshot(d: Drive) -> None:
    """The node's state is kept at each orderly end and loaded at the next start."""
    for name in ("first", "second"):
        accepted(d, name, [d.amount()])
        d.restart()
    accepted(d, "third", [d.amount()])


@dataclass(frozen=True)
class Flow:
    """What is played, and on what."""

    name: str
    play: Callable[[Drive], None]
    prepared: bool = True

    @property
    def tells(self) -> str:
        """What happens in it."""
        return (self.play.__doc__ or "").strip()


FLOWS = [
    Flow("onboarding", onboarding, prepared=False),
    Flow("issue", issue),
    Flow("split", split),
    Flow("financing", financing),
    Flow("full", full),
    Flow("short", short),
    Flow("refusal", refusal),
    Flow("certificate", certificate),
    Flow("snapshot", snapshot),
]
