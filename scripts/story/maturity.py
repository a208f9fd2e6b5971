"""Maturity of the claims in euro and the Nordic currencies: paid in full, paid short, cleared, overdue."""

from typing import Any

from scripts.story.cast import PROFILES, Stage, having
from scripts.story.claims import DUE_DAY, MAIN, SHORT, euros, refused

PAID_SHARE = 60


def pay(stage: Stage) -> None:
    """The day before the due date the obligors' money reaches the payment agent: all of it, but for one payable."""
    stage.at(DUE_DAY - 1)
    agent = stage[having("agent")[0]]
    items = []
    for name, payable in _open(stage).items():
        face = agent.get(f"/payables/{payable['id']}")["outstanding"]
        if name == SHORT:
            face = {**face, "amount": _share(face["amount"])}
        items.append({"payable": payable["id"], "amount": face, "reference": f"CAMT {payable['id'][2:14]}"})
    agent.post("pay:euro", "/payments/batch", {"items": items})
    body = {"items": [{"payable": stage.facts["payables"][MAIN]["id"], "amount": euros("0.01"), "reference": "CAMT once too often"}]}
    what = {"en": "a payment above what is owed", "zh": "超过应付余额的付款"}
    refused(stage, what, who=having("agent")[0], step="pay:twice", path="/payments/batch", body=body)


def clear(stage: Stage) -> None:
    """After the due date every lot is redeemed; the short payable in a round, each lot its share to the cent."""
    stage.at(DUE_DAY + 1)
    agent = stage[having("agent")[0]]
    payables = _open(stage)
    full = [payable["id"] for name, payable in payables.items() if name != SHORT]
    agent.post("clear:euro", "/clearings/batch", {"payables": full})
    short = agent.post("clear:short", "/clearings", {"payable": payables[SHORT]["id"]})
    stage.facts["short_round"] = short


def overdue(stage: Stage) -> None:
    """Grace is over: the rest is overdue, and its obligor may confirm nothing new."""
    stage.at(DUE_DAY + 8)
    payable = stage.facts["payables"][SHORT]
    stage["linquan"].post("overdue", f"/payables/{payable['id']}/overdue")
    file = "accepted/01.02a-INVOICE_uncefact.xml"
    body = {
        "invoices": [{"invoice": stage.facts["invoices"][file]["id"]}],
        "profile": PROFILES["EUR"],
        "due": stage.state.moment(200, 23).isoformat(),
    }
    what = {"en": "a new payable of an overdue obligor", "zh": "逾期核心企业再次确权"}
    refused(stage, what, who="manufacturer", step="confirm:overdue", path="/payables", body=body)


def _open(stage: Stage) -> dict[str, Any]:
    payables = stage.facts["payables"]
    ended = {"accepted/01.02a-INVOICE_uncefact.xml", "accepted/01.01a-INVOICE_ubl.xml"}
    return {name: payable for name, payable in payables.items() if name not in ended}


def _share(amount: str) -> str:
    whole, _, cents = amount.partition(".")
    minor = int(whole + cents) * PAID_SHARE // 100
    return f"{minor // 10 ** len(cents)}.{minor % 10 ** len(cents):0{len(cents)}}"
