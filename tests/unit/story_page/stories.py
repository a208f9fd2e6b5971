"""A small story with everything in it."""

from typing import Any

NAMES = {
    "maker": {"en": "Hartwald Drives AG", "zh": "哈特瓦尔德传动"},
    "first": {"en": "Jiangcheng Precision Castings Co., Ltd.", "zh": "江澄精密铸造有限公司"},
    "second": {"en": "Anholz Werkzeugbau GmbH", "zh": "安霍尔茨模具"},
    "bank": {"en": "Kestrel Vane Bank plc", "zh": "隼标银行"},
}


def node(number: int, parent: int | None, holder: str, **values: Any) -> dict[str, Any]:
    defaults = {"tier": None, "amount": "100.00", "state": "live", "kind": "split"}
    return {"id": f"n{number}", "parent": None if parent is None else f"n{parent}", "holder": holder, **defaults, **values}


def story(**values: Any) -> dict[str, Any]:
    nodes = [
        node(1, None, "first", tier=1, amount="21701.70", kind="issue", kept="3701.70"),
        node(2, 1, "second", tier=2, amount="12000.00", state="redeemed"),
        node(3, 1, "bank", amount="3000.00", state="pledged", kind="pledge"),
    ]
    tree = {
        "payable": "0x" + "9c" * 20, "obligor": "maker", "payee": "first", "currency": "EUR", "face": "21701.70",
        "due": "2027-02-21", "state": "active", "invoices": ["R123456789"], "nodes": nodes,
    }  # fmt: skip
    whole = {
        "invoices": {"read": 1496, "accepted": 1428, "refused": 68},
        "payables": {"issued": 541, "refused": 1, "cancelled": 2, "paid_full": 1, "paid_short": 1},
        "lots_by_tier": {"1": 538, "2": 14, "3": 6},
        "double_financing_refused": 1,
        "redeemed": 11,
        "money": {"EUR": {"issued": "90828.64", "outstanding": "41216.99", "redeemed": "39056.35", "cancelled": "10555.30"}},
        "breaks": 0,
        "seconds": 38.42,
        "crash": {"killed_at": {"en": "while issuing", "zh": "签发途中"}, "lost": 0, "doubled": 0},
        "network": {"chain_id": 7357, "contract": "0x" + "5f" * 20, "block": 412, "hash": "0x" + "4b" * 32},
        "parties": [{"id": key, "name": name, "role": "supplier", "tier": 1, "address": "0x" + "ab" * 20} for key, name in NAMES.items()],
        "trees": [tree],
        "cash": [
            {"at": "2027-02-21T16:00:00Z", "kind": "payment", "payer": "maker", "payee": "bank", "amount": "21701.70", "currency": "EUR"}
        ],
        "refusals": [{"what": "a.xml", "code": "BR-01", "why": {"en": "no specification", "zh": "缺少规范标识"}, "value": "(none)"}],
        "checks": [{"name": "words on chain", "compared": 1203, "ok": True}],
    }
    return whole | values
