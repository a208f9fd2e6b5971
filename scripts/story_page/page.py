"""The story as a template sees it, and the rendering."""

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from api.console.drawing import Node, Texts, draw
from scripts.story_page.texts import CASH, CHECKS, KINDS, LANGUAGES, ROLES, STATES, WORDS, both

FOLDER = Path(__file__).parent
CONSOLE = FOLDER.parents[1] / "api" / "console"
# Rows of bank movements that are shown; the rest is counted.
MOST_ROWS = 40
# Amounts as integers, whatever decimals a currency has: only their ratio matters here.
_SCALE = 4


def render(story: Mapping[str, Any]) -> str:
    """The page for a story; its shape is in the package's docstring. Everything that comes from the story is escaped."""
    loader = jinja2.FileSystemLoader([FOLDER, CONSOLE / "templates"])
    environment = jinja2.Environment(loader=loader, autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.globals.update(languages=LANGUAGES, words=WORDS)
    style = (CONSOLE / "static" / "look.css").read_text() + (FOLDER / "story.css").read_text()
    return environment.get_template("story.html").render(page(story), style=Markup(style))  # noqa: S704 our own style sheets


def page(story: Mapping[str, Any]) -> dict[str, Any]:
    """The view-model: every text in both languages, every amount written out."""
    names = {str(party["id"]): texts(party["name"]) for party in story.get("parties", [])}
    cash = [_movement(row, names) for row in story.get("cash", [])]
    checks = [
        {
            "name": CHECKS.get(str(c["name"])) or texts(c["name"]),
            "compared": _compared(c),
            "ok": bool(c["ok"]),
            "found": [texts(f) for f in c.get("found", [])],
        }
        for c in story.get("checks", [])
    ]
    return {
        "title": _title(story),
        "made_at": story.get("made_at", ""),
        "network": _network(story.get("network")),
        "figures": _figures(story),
        "trees": [_tree(tree, names) for tree in story.get("trees", [])],
        "money": [_currency(code, row) for code, row in story.get("money", {}).items()],
        "cash": cash[:MOST_ROWS],
        "more_cash": word("more_rows", count=len(cash) - MOST_ROWS) if len(cash) > MOST_ROWS else None,
        "refusals": [
            {"what": texts(row["what"]), "code": row["code"], "why": texts(row["why"]), "value": row.get("value", "")}
            for row in story.get("refusals", [])
        ],
        "checks": checks,
        "crash": _crash(story.get("crash")),
        "parties": [_party(party) for party in story.get("parties", [])],
    }


def texts(value: object) -> Texts:
    """A text in both languages; one that comes in a single language stands for both."""
    if isinstance(value, Mapping):
        first = next((str(text) for text in value.values() if text), "")
        return {language: str(value.get(language) or first) for language in LANGUAGES}
    return {language: str(value) for language in LANGUAGES}


def money(amount: object, currency: str = "") -> str:
    """An amount with groups of digits: "1234567.80" becomes "1,234,567.80"."""
    return f"{Decimal(str(amount)):,f} {currency}".strip()


def word(key: str, **values: object) -> Texts:
    """A text of the page with its values filled in; a value may itself have two languages."""
    filled = {name: texts(value) for name, value in values.items()}
    return {language: text.format(**{name: value[language] for name, value in filled.items()}) for language, text in WORDS[key].items()}


def _title(story: Mapping[str, Any]) -> Texts:
    read = story.get("invoices", {}).get("read")
    if not read:
        return both("The story of a claim", "一笔债权的故事")
    return both(f"What became of {read:,} invoices", f"{read:,} 张发票的去向")


def _figures(story: Mapping[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []

    def add(key: str, value: object, *, more: Texts | None = None, tone: str = "") -> None:
        found.append({"value": f"{value:,}" if isinstance(value, int) else str(value), "label": WORDS[key], "more": more, "tone": tone})

    if invoices := story.get("invoices"):
        more = word("accepted_refused", accepted=invoices["accepted"], refused=invoices["refused"])
        add("invoices_read", invoices["read"], more=more)
    if payables := story.get("payables"):
        more = word("refused_cancelled", refused=payables.get("refused", 0), cancelled=payables.get("cancelled", 0))
        add("payables_issued", payables["issued"], more=more)
        full, short = payables.get("paid_full", 0), payables.get("paid_short", 0)
        add("payables_paid", full + short, more=word("paid_full_short", full=full, short=short))
    if lots := story.get("lots_by_tier"):
        found.append(_tiers(lots))
    for key, label in (("redeemed", "redeemed"), ("double_financing_refused", "double")):
        if key in story:
            add(label, story[key])
    if "breaks" in story:
        add("breaks", story["breaks"], tone="bad" if story["breaks"] else "good")
    if "seconds" in story:
        add("seconds", f"{Decimal(str(story['seconds'])):.1f}")
    return found


def _tiers(lots: Mapping[str, int]) -> dict[str, Any]:
    """Claims per tier; keys that are no number are roles, such as funder."""
    tiers = sorted((str(key), count) for key, count in lots.items())
    numbered = [(key, count) for key, count in tiers if key.isdecimal()]
    others = [(key, count) for key, count in tiers if not key.isdecimal() and count]
    more = {language: " · ".join(f"{ROLES.get(key, texts(key))[language]} {count:,}" for key, count in others) for language in LANGUAGES}
    value = " · ".join(f"{count:,}" for _, count in numbered)
    return {"value": value, "label": WORDS["lots"], "more": more if others else None, "tone": ""}


def _tree(tree: Mapping[str, Any], names: Mapping[str, Texts]) -> dict[str, Any]:
    currency = str(tree["currency"])
    obligor, payee = _name(tree["obligor"], names), _name(tree["payee"], names)
    origin = Node(id="obligor", parent=None, name=obligor, amount=_scaled(tree["face"]), tone="origin", badge={}, note=WORDS["obligor"])
    nodes = [origin, *(_node(node, names) for node in tree["nodes"])]
    drawing = draw(nodes, money=lambda amount: money(_unscaled(amount), currency), folded=WORDS["folded"])
    tone, state = _state(tree.get("state", ""))
    return {
        "payable": tree["payable"],
        "title": texts(tree["title"]) if "title" in tree else word("owes", obligor=obligor, payee=payee),
        "facts": word("owes", obligor=obligor, payee=payee) if "title" in tree else None,
        "face": money(tree["face"], currency),
        "due": tree.get("due", ""),
        "invoices": [str(number) for number in tree.get("invoices", [])],
        "state": state,
        "tone": tone,
        "drawing": drawing,
    }


def _node(node: Mapping[str, Any], names: Mapping[str, Texts]) -> Node:
    tone, state = _state(node.get("state", ""))
    kind = str(node.get("kind", ""))
    tier = word("tier", tier=node["tier"]) if node.get("tier") else {}
    said = KINDS.get(kind) or (texts(kind) if kind else {})
    if Decimal(str(node.get("kept", 0))) and node["kept"] != node["amount"]:
        said = word("keeps", amount=money(node["kept"]))
    note = {language: " · ".join(part for part in (tier.get(language), said.get(language)) if part) for language in LANGUAGES}
    return Node(
        id=str(node["id"]),
        parent=str(node["parent"]) if node.get("parent") else "obligor",
        name=_name(node["holder"], names),
        amount=_scaled(node["amount"]),
        tone=tone,
        badge=state,
        note=note,
        dashed=kind == "pledge",
    )


def _state(state: str) -> tuple[str, Texts]:
    return STATES.get(state, ("quiet", texts(state.replace("_", " "))))


def _name(party: object, names: Mapping[str, Texts]) -> Texts:
    return names.get(str(party), texts(party))


def _scaled(amount: object) -> int:
    return int(Decimal(str(amount)).scaleb(_SCALE))


def _unscaled(amount: int) -> Decimal:
    value = Decimal(amount).scaleb(-_SCALE)
    whole = value.quantize(Decimal("0.01"))
    return whole if whole == value else value


def _currency(code: str, row: Mapping[str, Any]) -> dict[str, Any]:
    parts = (("paid", "redeemed"), ("live", "outstanding"), ("quiet", "released"), ("stop", "cancelled"))
    issued = Decimal(str(row["issued"]))
    slices: list[dict[str, object]] = []
    start = Decimal(0)
    for tone, key in parts:
        width = (Decimal(str(row.get(key, 0))) * 1000 / issued) if issued else Decimal(0)
        if width:
            slices.append({"tone": tone, "x": f"{start:.2f}", "width": f"{width:.2f}"})
        start += width
    written = {key: money(Decimal(str(row.get(key, 0))).quantize(issued)) for key in ("issued", *(key for _, key in parts))}
    return {"code": code, **written, "slices": slices}


def _movement(row: Mapping[str, Any], names: Mapping[str, Texts]) -> dict[str, Any]:
    kind = str(row["kind"])
    return {
        "at": str(row.get("at", ""))[:16].replace("T", " "),
        "what": CASH.get(kind) or texts(kind),
        "note": texts(row["note"]) if row.get("note") else None,
        "payer": _name(row["payer"], names),
        "payee": _name(row["payee"], names),
        "amount": money(row["amount"], str(row["currency"])),
    }


def _crash(crash: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if not crash:
        return None
    lost, doubled = crash["lost"], crash["doubled"]
    during = texts(crash["during"]) if crash.get("during") else None
    return {"killed_at": texts(crash["killed_at"]), "lost": lost, "doubled": doubled, "during": during, "clean": not lost and not doubled}


def _network(network: Mapping[str, Any] | None) -> dict[str, str] | None:
    if not network:
        return None
    head = network.get("node") or {}
    values = {"block": head.get("number"), "hash": head.get("hash"), **network}
    return {key: str(values.get(key) or "") for key in ("chain_id", "contract", "block", "hash")}


def _compared(check: Mapping[str, Any]) -> Texts | None:
    return word("compared", count=f"{check['compared']:,}") if check.get("compared") is not None else None


def _party(party: Mapping[str, Any]) -> dict[str, Any]:
    role = ROLES.get(str(party.get("role", "")), texts(party.get("role", "")))
    if party.get("tier"):
        tier = word("tier", tier=party["tier"])
        role = {language: f"{text} · {tier[language]}" for language, text in role.items()}
    return {"name": texts(party["name"]), "role": role, "address": party.get("address", "")}
