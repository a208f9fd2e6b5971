"""Figures and the page of the story, read back through the API as the registrar and the auditor see it."""

from collections import Counter
from decimal import Decimal
from typing import Any

from scripts.story.cast import PARTIES, Stage
from scripts.story.claims import MAIN, SHORT

PASSED_ON = {"Transferred", "Split", "Financed"}


def summary(stage: Stage) -> dict[str, Any]:
    """The figures that `--json` writes."""
    auditor, facts = stage["plumbline"], stage.facts
    payables, lots = auditor.every("/payables"), auditor.every("/lots")
    states = Counter(payable["state"] for payable in payables)
    check = auditor.get("/check")
    paid = [payable for payable in payables if Decimal(payable["paid"]["amount"])]
    full = [payable for payable in paid if payable["state"] == "settled"]
    return {
        "invoices": facts["invoice_counts"],
        "payables": {
            "issued": len(payables),
            "refused": states["refused"],
            "cancelled": states["cancelled"],
            "paid_full": len(full),
            "paid_short": len(paid) - len(full),
        },
        "lots_by_tier": _by_tier(stage, lots),
        "double_financing_refused": facts["double_financing_refused"],
        "redeemed": sum(move["kind"] == "Redeemed" for payable in _told(stage) for move in payable["moves"])
        + _redeemed_whole(payables, stage),
        "money": _money(payables),
        "breaks": len(check["breaks"]),
        "checks": {item["name"]: item["compared"] for item in check["passes"]},
        "crash": facts["crash"],
        "parties": len(facts["numbers"]),
        "offset_days": facts["offset_days"],
        "seconds": round(stage.state.seconds, 1),
    }


def _by_tier(stage: Stage, lots: list[Any]) -> dict[str, int]:
    tiers = {stage.number(key): str(party.get("tier", party["role"])) for key, party in PARTIES.items()}
    found = Counter(tiers[lot["holder"]] for lot in lots if lot["holder"] in tiers)
    return dict(sorted(found.items()))


def _redeemed_whole(payables: list[Any], stage: Stage) -> int:
    told = {row["payable"]["id"] for row in _told(stage)}
    return sum(payable["state"] == "settled" and payable["id"] not in told for payable in payables)


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
    names = {str(number): key for key, number in stage.facts["numbers"].items()}
    check = stage["plumbline"].get("/check")
    return {
        **found,
        "made_at": stage.state.moment(344).date().isoformat(),
        "network": stage["plumbline"].get("/network"),
        "parties": [
            {"id": number, "name": PARTIES[key]["name"], "role": PARTIES[key]["role"], "tier": PARTIES[key].get("tier")}
            for number, key in names.items()
        ],
        "trees": [_tree(tree) for tree in _told(stage)],
        "cash": _cash(stage),
        "refusals": stage.facts["refusals"],
        "checks": [
            {
                "name": item["name"],
                "compared": item["compared"],
                "ok": not any(b["code"].startswith(item["name"]) for b in check["breaks"]),
                "found": [],
            }
            for item in check["passes"]
        ],
    }


def _tree(tree: Any) -> dict[str, Any]:
    payable = tree["payable"]
    return {
        "payable": payable["id"],
        "obligor": str(payable["obligor"]),
        "payee": str(payable["payee"]),
        "face": payable["face"]["amount"],
        "currency": payable["face"]["currency"],
        "due": payable["due"][:10],
        "state": payable["state"],
        "nodes": [_node(tree, lot) for lot in tree["lots"]],
    }


def _node(tree: Any, lot: Any) -> dict[str, Any]:
    moves = [move for move in tree["moves"] if move["lot"] == lot["id"] or move["child"] == lot["id"]]
    born = next((move for move in moves if move["child"] == lot["id"]), None)
    amount = born["amount"]["amount"] if born else tree["payable"]["face"]["amount"]
    sold = any(move["kind"] == "Financed" for move in moves)
    return {
        "id": lot["id"],
        "parent": lot["parent"],
        "holder": str(lot["holder"]),
        "amount": amount,
        "kept": lot["amount"]["amount"],
        "state": lot["state"],
        "kind": "financed" if sold else "",
    }


def _cash(stage: Stage) -> list[dict[str, Any]]:
    return list(stage.facts.get("cash", []))
