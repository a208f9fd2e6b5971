"""Parties, keys, limits and profiles; and the invoices that come in as XML documents."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

from scripts.story.cast import CAST, INVOICES, PARTIES, PROFILES, Stage, having

# What became of what was handed in.
NONE = {"read": 0, "accepted": 0, "refused": 0}
# The council's payments go down to three pence.
SMALLEST = "0.01"
ROLES = {"obligor": ["obligor"], "supplier": ["supplier"], "funder": ["funder"], "agent": ["agent"], "auditor": ["auditor"]}
RULES = {"hops": 10, "depth": 8, "children": 40}
# The same in days of the story: on a network an instrument of short tenors.
TIMES = {"tenor": 365, "record_lead": 2, "redeem_delay": 1, "grace": 5, "reopen_period": 30}


def onboard(stage: Stage) -> None:
    """The registrar registers everybody, binds accounts, issues one sandbox API key each, sets profiles and limits."""
    stage.at(0)
    stage.facts["numbers"] = {"registrar": 1}
    registrar = stage["registrar"]
    rules = RULES | {name: days * stage.state.day_seconds for name, days in TIMES.items()}
    newcomers = [key for key in PARTIES if key != "registrar"]
    for currency in PROFILES:
        valid = {"valid_from": stage.state.moment(-1).isoformat(), "valid_until": stage.state.years(20).isoformat()}
        registrar.post(
            f"profile:{currency}",
            "/profiles",
            {"currency": currency, **valid, **rules, "smallest_lot": {"amount": SMALLEST, "currency": currency}},
        )
    with ThreadPoolExecutor(8) as pool:
        for key, number, token in pool.map(lambda key: _register(stage, key), newcomers):
            stage.facts["numbers"][key] = number
            stage.tokens[key] = token
    stage.keep_tokens()
    for obligor in having("obligor"):
        for currency, limit in PARTIES[obligor]["limits"].items():
            body = {
                "obligor": stage.number(obligor),
                "limit": {"amount": limit, "currency": currency},
                "agent": stage.number(having("agent")[0]),
            }
            registrar.post(f"limit:{obligor}:{currency}", "/limits", body)


def _register(stage: Stage, key: str) -> tuple[str, int, str]:
    party, registrar = PARTIES[key], stage["registrar"]
    body = {
        "name": party["name"]["en"],
        "country": party["country"],
        "roles": ROLES[party["role"]],
        "identifiers": party["identifiers"],
        "verified_until": stage.state.years(3).isoformat(),
    }
    number = int(registrar.post(f"entity:{key}", "/entities", body)["id"])
    for currency, account in party["accounts"].items():
        registrar.post(f"account:{key}:{currency}", f"/entities/{number}/accounts", {"currency": currency, "account": account})
    token = registrar.post(f"api-key:{key}", f"/entities/{number}/api-keys", {"label": "sandbox"})["token"]
    return key, number, token


def take_in(stage: Stage) -> None:
    """Every obligor hands in its XML invoices, then the files that must be refused."""
    stage.at(1)
    stage.facts["invoices"], stage.facts["refusals"] = {}, stage.facts.get("refusals", [])
    stage.facts["invoice_counts"] = {"documents": dict(NONE), "export_rows": dict(NONE)}
    counts = stage.facts["invoice_counts"]["documents"]
    for entry in CAST["invoices"]:
        found = _hand_in(stage, entry["obligor"], entry["file"], supplier=entry["supplier"])
        count(counts, found)
        for invoice in found["accepted"]:
            shown = stage[entry["obligor"]].get(f"/invoices/{invoice}")
            stage.facts["invoices"][entry["file"]] = {**entry, "id": invoice, "currency": shown["total"]["currency"]}
        _note(stage, entry["file"], found)
        if bool(found["accepted"]) == ("repeats" in entry):
            raise AssertionError(f"{entry['file']} was judged wrongly: {found}")
    for path in sorted((INVOICES / "refused").iterdir()):
        found = _hand_in(stage, "manufacturer", f"refused/{path.name}", supplier="obertal")
        count(counts, found)
        _note(stage, path.name, found)
        if found["accepted"]:
            raise AssertionError(f"{path.name} should have been refused")


def _hand_in(stage: Stage, obligor: str, file: str, *, supplier: str) -> Any:
    due = (stage.state.moment(0) + timedelta(days=125)).date()
    query = {"name": file.rpartition("/")[2], "seller": str(stage.number(supplier)), "due": due.isoformat()}
    content = (INVOICES / file).read_bytes()
    return stage[obligor].post(f"import:{file}", "/imports", params=query, content=content)


def count(counts: dict[str, int], found: Any) -> None:
    """Adds what became of one file."""
    refused = len({item["position"] for item in found["refused"]})
    counts["accepted"] += len(found["accepted"])
    counts["refused"] += refused
    counts["read"] += len(found["accepted"]) + refused


def _note(stage: Stage, file: str, found: Any) -> None:
    if found["refused"]:
        first = found["refused"][0]
        rules = list(dict.fromkeys(item["rule"] for item in found["refused"]))
        stage.facts["refusals"].append(
            {"what": file.rpartition("/")[2], "code": " ".join(rules[:6]), "why": first["message"], "value": first["value"]}
        )
