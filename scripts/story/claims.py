"""Euro claims: confirmed, accepted, refused, cancelled, split over three tiers, verified, financed, pledged."""

from typing import Any

from scripts.story import verify
from scripts.story.cast import PROFILES, Stage
from scripts.story.client import Refused

MAIN, SHORT = "main", "short"
DUE_DAY = 125


def euros(amount: str) -> dict[str, str]:
    """An amount in EUR as the API takes it."""
    return {"amount": amount, "currency": "EUR"}


def confirm(stage: Stage) -> None:
    """The obligors confirm; two payables take two invoices each, the others one."""
    stage.at(2)
    facts = stage.facts
    facts["payables"] = {}
    pairs = {
        MAIN: ["accepted/01.06a-INVOICE_uncefact.xml", "accepted/03.03a-INVOICE_uncefact.xml"],
        SHORT: ["accepted/01.14a-INVOICE_uncefact.xml", "accepted/01.19a-INVOICE_ubl.xml"],
    }
    paired = {file for files in pairs.values() for file in files}
    for name, files in [*pairs.items(), *((file, [file]) for file in facts["invoices"] if file not in paired)]:
        first = facts["invoices"][files[0]]
        body = {
            "invoices": [{"invoice": facts["invoices"][file]["id"]} for file in files],
            "profile": PROFILES[first["currency"]],
            "due": stage.state.moment(DUE_DAY, 23).isoformat(),
        }
        payable = stage[first["obligor"]].post(f"confirm:{name}", "/payables", body)
        facts["payables"][name] = {
            "id": payable["id"],
            "root": payable["root_lot"],
            "obligor": first["obligor"],
            "payee": first["supplier"],
        }


def double_financing(stage: Stage) -> None:
    """The obligor tries to confirm a second payable on an invoice that is occupied already."""
    invoice = stage.facts["invoices"]["accepted/01.06a-INVOICE_uncefact.xml"]["id"]
    body = {"invoices": [{"invoice": invoice, "amount": euros("21701.70")}], "profile": PROFILES["EUR"]}
    body["due"] = stage.state.moment(DUE_DAY, 23).isoformat()
    what = {"en": "a second payable on an occupied invoice", "zh": "对已占用的发票再次确权"}
    refused(stage, what, who="manufacturer", step="confirm:again", path="/payables", body=body)


def refused(stage: Stage, what: dict[str, str], *, who: str, step: str, path: str, body: Any) -> None:
    """A step that must be refused; what was said goes into the report."""
    try:
        stage[who].post(step, path, body)
    except Refused as error:
        stage.facts.setdefault("refusals", []).append({"what": what, "code": error.code, "why": error.detail, "value": ""})
        stage.tell(f"refused as it must be: {what['en']} ({error.code})")
        return
    raise AssertionError(f"{what['en']} was not refused")


def answer(stage: Stage) -> None:
    """The payees accept, but one refuses; one accepted payable is cancelled by both."""
    payables = stage.facts["payables"]
    turned_down, undone = payables["accepted/01.02a-INVOICE_uncefact.xml"], payables["accepted/01.01a-INVOICE_ubl.xml"]
    stage[turned_down["payee"]].post("refuse", f"/payables/{turned_down['id']}/refuse")
    for supplier in sorted({payable["payee"] for payable in payables.values()}):
        mine = [payable["id"] for payable in payables.values() if payable["payee"] == supplier and payable is not turned_down]
        stage[supplier].post(f"accept:{supplier}", "/payables/accept", {"payables": mine})
    stage[undone["payee"]].post("cancel:consent", f"/payables/{undone['id']}/consent")
    stage[undone["obligor"]].post("cancel", f"/payables/{undone['id']}/cancel")


def pass_on(stage: Stage, name: str, *, sender: str, lot: str, parts: list[tuple[str, str]], day: int) -> list[str]:
    """Offers parts of a lot to others, all from the same version, and lets them accept; ids of the new lots."""
    documents = [document(stage, sender, f"{name}:{recipient}", lot=lot) for recipient, _ in parts]
    offers = [
        stage[sender].post(
            f"offer:{name}:{recipient}",
            "/offers",
            {
                "lot": lot,
                "recipient": stage.number(recipient),
                "amount": euros(amount),
                "documents": [attached],
                "deadline": stage.state.after(day, 5).isoformat(),
            },
        )
        for (recipient, amount), attached in zip(parts, documents, strict=True)
    ]
    # Accepted in the opposite order: parts of one lot don't wait for each other.
    accepted = {
        recipient: stage[recipient].post(f"accept:{name}:{recipient}", f"/offers/{offer['id']}/accept")
        for (recipient, _), offer in reversed(list(zip(parts, offers, strict=True)))
    }
    return [accepted[recipient]["id"] for recipient, _ in parts]


def document(stage: Stage, owner: str, name: str, *, lot: str) -> int:
    """A trade document of the sender: here a delivery note in plain text."""
    content = f"Delivery note {name}\nGoods received in full and without complaint.\n".encode()
    query = {"name": f"delivery-note-{name.replace(':', '-')}.txt", "subject": f"lot:{lot}", "media_type": "text/plain"}
    found = stage[owner].post(f"document:{name}", "/documents", params=query, content=content)
    return int(found["id"])


def split(stage: Stage) -> None:
    """Tier 1 pays tier 2 with parts of its claims, tier 2 pays tier 3."""
    day = 12
    stage.at(day)
    lots: dict[str, str] = {}
    main, short = stage.facts["payables"][MAIN], stage.facts["payables"][SHORT]
    parts = [("qingshi", "9000.00"), ("anholz", "7500.00")]
    lots["qingshi"], lots["anholz"] = pass_on(stage, "main", sender=main["payee"], lot=main["root"], parts=parts, day=day)
    (lots["xiaohe"],) = pass_on(stage, "tier3", sender="qingshi", lot=lots["qingshi"], parts=[("xiaohe", "4000.00")], day=day)
    (lots["birkenau"],) = pass_on(stage, "tier3", sender="anholz", lot=lots["anholz"], parts=[("birkenau", "2500.00")], day=day)
    parts = [("anholz", "5000.01"), ("qingshi", "3333.33")]
    lots["short:anholz"], lots["short:qingshi"] = pass_on(stage, "short", sender=short["payee"], lot=short["root"], parts=parts, day=day)
    stage.facts["lots"] = lots


def finance(stage: Stage) -> None:
    """Tier 3 sells a part to one bank, which first reads the claim from the node on its own, and pledges another lot to a second bank."""
    stage.at(20)
    lots = stage.facts["lots"]
    portion = stage["xiaohe"].post("self-split", f"/lots/{lots['xiaohe']}/split", {"amounts": [euros("2500.00")]})["items"][-1]["id"]
    until = stage.state.after(20, 7).isoformat()
    terms = {"lot": portion, "funder": stage.number("donglan"), "kind": "assignment", "price": euros("2455.80"), "until": until}
    sale = stage["xiaohe"].post("lock:sale", "/financings", terms)
    stage.facts["bank_read"] = verify.claim(stage["donglan"], lot=portion, holder=stage.number("xiaohe"), funder=stage.number("donglan"))
    stage["donglan"].post("complete:sale", f"/financings/{sale['id']}/complete", {"reference": "DLCB 2041-77 pay-out"})
    terms = {"lot": lots["birkenau"], "funder": stage.number("kestrel"), "kind": "pledge", "price": euros("2000.00"), "until": until}
    pledge = stage["birkenau"].post("lock:pledge", "/financings", terms)
    stage["kestrel"].post("complete:pledge", f"/financings/{pledge['id']}/complete", {"reference": "KVB LOAN 5519"})
    lots["sold"] = portion
    body = {"lot": portion, "recipient": stage.number("qingshi"), "amount": euros("1.00"), "deadline": until}
    body["documents"] = [document(stage, "xiaohe", "already-sold", lot=lots["xiaohe"])]
    what = {"en": "selling a lot that a bank has bought", "zh": "再次转让已被银行买断的债权"}
    refused(stage, what, who="xiaohe", step="offer:sold", path="/offers", body=body)
