"""Figures and the page of the story, read back through the API as the registrar and the auditor see it."""

from collections import Counter
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from scripts.story.cast import PARTIES, Stage
from scripts.story.claims import MAIN, SHORT
from scripts.story.onboarding import NONE

# The rule that keeps one invoice from counting twice.
REPEAT = "TS-REPEAT"
# What a second payable on an occupied invoice is refused with.
DOUBLE = "invoice_exceeded"


def summary(stage: Stage) -> dict[str, Any]:
    """The figures that `--json` writes."""
    auditor, facts = stage["plumbline"], stage.facts
    sources = facts["invoice_counts"]
    payables, lots = auditor.every("/payables"), auditor.every("/lots")
    states = Counter(payable["state"] for payable in payables)
    check = auditor.get("/check")
    paid = [payable for payable in payables if Decimal(payable["paid"]["amount"])]
    full = [payable for payable in paid if payable["state"] == "settled"]
    return {
        "invoices": {name: sum(counts[name] for counts in sources.values()) for name in NONE},
        "invoices_by_source": sources,
        "payables": {
            "issued": len(payables),
            "refused": states["refused"],
            "cancelled": states["cancelled"],
            "paid_full": len(full),
            "paid_short": len(paid) - len(full),
        },
        "payables_by_source": {"documents": len(facts["payables"]), "export_rows": len(facts["council"])},
        "lots_by_tier": _by_tier(stage, lots),
        "double_financing_refused": sum(row["code"] == DOUBLE for row in facts["refusals"]),
        "redeemed": sum(len(run["lines"]) for run in auditor.every("/clearings")),
        "money": _money(payables),
        "breaks": len(check["breaks"]),
        "checks": {item["name"]: item["compared"] for item in check["passes"]},
        "crash": facts["crash"],
        "parties": len(facts["numbers"]),
        "roles": dict(Counter(party["role"] for party in PARTIES.values())),
        "offset_days": facts["offset_days"],
        "seconds": round(stage.state.seconds, 1),
    }


def _by_tier(stage: Stage, lots: list[Any]) -> dict[str, int]:
    tiers = {stage.number(key): str(party.get("tier", party["role"])) for key, party in PARTIES.items()}
    found = Counter(tiers[lot["holder"]] for lot in lots if lot["holder"] in tiers)
    return dict(sorted(found.items()))


def _told(stage: Stage) -> list[Any]:
    """Trees of the payables that were passed on."""
    return [stage["plumbline"].get(f"/payables/{stage.facts['payables'][name]['id']}/tree") for name in (MAIN, SHORT)]


def _money(payables: list[Any]) -> dict[str, dict[str, str]]:
    sums: dict[str, Counter[str]] = {}
    for payable in payables:
        currency = sums.setdefault(payable["face"]["currency"], Counter())
        for name, source in (("issued", "face"), ("outstanding", "outstanding"), ("redeemed", "redeemed"), ("cancelled", "cancelled")):
            currency[name] += Decimal(payable[source]["amount"])  # type: ignore[assignment]
    return {code: {name: str(amount) for name, amount in found.items()} for code, found in sorted(sums.items())}


def page(stage: Stage, found: dict[str, Any]) -> dict[str, Any]:
    """The story as scripts.story_page.render takes it."""
    check = stage["plumbline"].get("/check")
    return {
        **found,
        "made_at": datetime.now(UTC).date().isoformat(),
        "network": stage["plumbline"].get("/network"),
        "parties": [
            {"id": str(number), "name": PARTIES[key]["name"], "role": PARTIES[key]["role"], "tier": PARTIES[key].get("tier")}
            for key, number in stage.facts["numbers"].items()
        ],
        "trees": [_tree(stage, tree) for tree in _told(stage)],
        "cash": _cash(stage),
        "refusals": _refusals(stage.facts["refusals"]),
        "checks": [
            {
                "name": item["name"],
                "compared": item["compared"],
                "ok": not item["breaks"],
                "found": [f"{item['breaks']} differences"] if item["breaks"] else [],
            }
            for item in check["passes"]
        ],
    }


def _tree(stage: Stage, tree: Any) -> dict[str, Any]:
    payable = tree["payable"]
    return {
        "payable": payable["id"],
        "obligor": str(payable["obligor"]),
        "payee": str(payable["payee"]),
        "face": payable["face"]["amount"],
        "currency": payable["face"]["currency"],
        "due": payable["due"][:10],
        "state": payable["state"],
        "nodes": [_node(stage, tree, lot) for lot in tree["lots"]],
    }


def _node(stage: Stage, tree: Any, lot: Any) -> dict[str, Any]:
    """One lot as its present holder got it."""
    moves = [move for move in tree["moves"] if lot["id"] in (move["lot"], move["child"])]
    born = next((move for move in moves if move["child"] == lot["id"] != move["lot"]), None)
    financed = next((move for move in moves if move["kind"] == "Financed"), None)
    if financed:
        kind = "assignment" if financed["recipient"] == lot["holder"] else "pledge"
    else:
        kind = {"Transferred": "transfer", "Split": "self_split"}.get(born["kind"] if born else "", "issue")
    redeemed = any(move["kind"] == "Redeemed" and move["lot"] == lot["id"] for move in moves)
    party = PARTIES[stage.key(lot["holder"])]
    return {
        "id": lot["id"],
        "parent": lot["parent"],
        "holder": str(lot["holder"]),
        "tier": party.get("tier"),
        "amount": (born or {"amount": tree["payable"]["face"]})["amount"]["amount"],
        "kept": lot["amount"]["amount"],
        "state": "redeemed" if lot["state"] == "ended" else "short" if redeemed else lot["state"],
        "kind": kind,
    }


def _cash(stage: Stage) -> list[dict[str, Any]]:
    """Money that moved for the payables that were passed on: to the agent, from funders, out to the holders."""
    auditor, agent = stage["plumbline"], stage.number("quayside")
    rows = [
        _movement("payout", deal["created_at"], deal["funder"], payee=deal["holder"], money=deal["price"])
        for deal in auditor.every("/financings")
    ]
    for tree in _told(stage):
        payable = tree["payable"]
        rows += [
            _movement("payment", paid["created_at"], paid["obligor"], payee=paid["agent"], money=paid["amount"])
            for paid in auditor.every("/payments", payable=payable["id"])
            if paid["state"] == "recorded"
        ]
        rows += [
            _movement("redemption", run["created_at"], agent, payee=line["payee"], money=line["amount"])
            for run in auditor.every("/clearings", payable=payable["id"])
            for line in run["lines"]
        ]
    return sorted(rows, key=lambda row: str(row["at"]))


def _movement(kind: str, at: str, payer: int, *, payee: int, money: Any) -> dict[str, Any]:
    return {"kind": kind, "at": at, "payer": str(payer), "payee": str(payee), "amount": money["amount"], "currency": money["currency"]}


def _refusals(rows: list[Any]) -> list[Any]:
    """What was refused, each kind once: the second syntaxes of one invoice stand together in one row."""
    repeats = [row for row in rows if row["code"] == REPEAT]
    others = sorted((row for row in rows if row["code"] != REPEAT), key=lambda row: row["code"][:3] in {"BR-", "TS-", "CSV"})
    if not repeats:
        return others
    what = {
        "en": f"{len(repeats)} documents that were in already, most in the other syntax, such as {repeats[0]['what']}",
        "zh": f"{len(repeats)} 份单据已收入，多为另一种语法，例如 {repeats[0]['what']}",
    }
    return [*others, {**repeats[0], "what": what}]
