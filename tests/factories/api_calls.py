"""One valid request for each POST of the API, and who makes it: what tests that walk all routes send."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from registry.kernel.uow import SERVICE
from registry.sync import breaks, recording
from registry.sync.breaks import Filter
from registry.sync.check import Break, CheckReport
from tests.factories.api import PROFILE, World, eur


@dataclass(frozen=True)
class Request:
    """Who sends what; `params` and `content` for routes that take raw bytes."""

    who: str
    path: str
    body: Any = None
    params: dict[str, Any] | None = None
    content: bytes | None = None

    def given(self) -> dict[str, Any]:
        """Arguments for the client."""
        found: dict[str, Any] = {}
        if self.params is not None:
            found["params"] = self.params
        if self.content is not None:
            found["content"] = self.content
        return found


Maker = Callable[[World], Request]
_REASON = {"reason": "test"}
_BASIS = "court order"


def _entity(world: World, name: str) -> str:
    return f"/v1/entities/{world[name].entity}"


def _fresh_entity(world: World) -> str:
    body = {"name": "Fresh", "country": "DE", "roles": ["supplier"], "verified_until": "2030-01-01T00:00:00Z"}
    return f"/v1/entities/{world['registrar'].made('/v1/entities', body)['id']}"


def _suspended_entity(world: World) -> str:
    path = _fresh_entity(world)
    world["registrar"].made(f"{path}/suspend", _REASON)
    return path


def _key(world: World) -> str:
    return str(world["registrar"].made(f"{_fresh_entity(world)}/keys", {"label": "second"})["address"])


def _api_key(world: World) -> int:
    return int(world["stranger"].made(f"{_entity(world, 'stranger')}/api-keys", {"label": "old"})["id"])


def _break(world: World) -> str:
    """A break that stands until a check looks."""
    with world.platform.work.begin(SERVICE) as unit:
        run = recording.begin(unit, "full")
        recording.finish(unit, run.id, CheckReport(1, breaks=[Break("record_documents", f"offer:{run.id}", "1", "2")], covered=frozenset()))
        return f"/v1/breaks/{breaks.listed(unit, Filter(subject=f'offer:{run.id}'))[0].id}"


def _root(world: World) -> str:
    return str(world.accepted()["root_lot"])


def _parts(world: World) -> tuple[str, str]:
    root = _root(world)
    return root, str(world["supplier"].made(f"/v1/lots/{root}/split", {"amounts": [eur("100.00")]})["items"][0]["id"])


def _merge(world: World) -> Request:
    root, part = _parts(world)
    return Request("supplier", f"/v1/lots/{root}/merge", {"others": [part]})


def _locked(world: World) -> str:
    root = _root(world)
    world["supplier"].made(f"/v1/lots/{root}/lock", {"party": world["bank"].entity, "until": world.soon()})
    return root


def _owned(world: World) -> str:
    """A lot that its obligor holds."""
    offer = world.offered(_root(world), sender="supplier", recipient="obligor")
    return str(world["obligor"].made(f"/v1/offers/{offer['id']}/accept")["id"])


def _offer(world: World) -> dict[str, Any]:
    root = _root(world)
    return {
        "lot": root,
        "recipient": world["subsupplier"].entity,
        "amount": eur("100.00"),
        "documents": [world.document("supplier", f"lot:{root}")],
        "deadline": world.soon(),
    }


def _signed(world: World) -> dict[str, Any]:
    """The values of an offer as its holder signed them: those of one that the service signed, under another child number."""
    made = world["supplier"].made("/v1/offers", _offer(world))
    document = world["supplier"].shown("/v1/documents", params={"subject": f"offer:{made['id']}"})["items"][0]["id"]
    return {
        "lot": made["lot"],
        "version": made["version"],
        "child": made["child"],
        "amount": made["amount"],
        "recipient": made["recipient"],
        "kind": made["kind"],
        "documents": [document],
        "commitment": made["documents"],
        "deadline": made["deadline"],
        "epoch": made["epoch"],
        "signature": made["signature"],
    }


def _accept_offer(world: World) -> Request:
    return Request("subsupplier", f"/v1/offers/{world.offered(_root(world), sender='supplier', recipient='subsupplier')['id']}/accept")


def _financing_body(world: World, kind: str = "assignment") -> dict[str, Any]:
    return {"lot": _root(world), "funder": world["bank"].entity, "kind": kind, "price": eur("950.00"), "until": world.soon()}


def _financing(world: World, kind: str = "assignment") -> int:
    return int(world["supplier"].made("/v1/financings", _financing_body(world, kind))["id"])


def _pledge(world: World) -> int:
    number = _financing(world, "pledge")
    world["bank"].made(f"/v1/financings/{number}/complete", {"reference": f"pledge {number}"})
    return number


def _payment(world: World) -> dict[str, Any]:
    payable = world.accepted()["id"]
    return {"payable": payable, "amount": eur("10.00"), "reference": f"in {payable}"}


def _consented_payment(world: World) -> int:
    number = int(world["agent"].made("/v1/payments", _payment(world))["id"])
    world["agent"].made(f"/v1/payments/{number}/reverse", _REASON)
    return number


def _profile(world: World) -> dict[str, Any]:
    shown = world["registrar"].shown("/v1/profiles")["items"]
    first = {name: value for name, value in shown[0].items() if name not in {"paused", "name", "id"}}
    return first | {"variant": max(item["variant"] for item in shown) + 1}


def _export(world: World) -> dict[str, Any]:
    number = f"E-{world.invoice()}"
    content = f"number,date,total,vendor\n{number},{world.clock.now():%Y-%m-%d},10.00,S\n"
    layout = {"number": "number", "issue_date": "date", "amount": "total", "seller_id": "vendor", "currency": "EUR", "due_days": 30}
    return {"name": "x.csv", "content": content, "layout": layout, "sellers": {"S": world["supplier"].entity}}


# Route template -> a request that succeeds. A test holds that no POST route is missing.
REQUESTS: dict[str, Maker] = {
    "/v1/entities": lambda _: Request("registrar", "/v1/entities", {**_NEW_ENTITY}),
    "/v1/entities/{entity}/suspend": lambda w: Request("registrar", f"{_fresh_entity(w)}/suspend", _REASON),
    "/v1/entities/{entity}/activate": lambda w: Request("registrar", f"{_suspended_entity(w)}/activate", _REASON),
    "/v1/entities/{entity}/renew": lambda w: Request("registrar", f"{_fresh_entity(w)}/renew", {"verified_until": "2030-06-01T00:00:00Z"}),
    "/v1/entities/{entity}/keys": lambda w: Request("registrar", f"{_fresh_entity(w)}/keys", {"label": "third"}),
    "/v1/keys/{address}/revoke": lambda w: Request("registrar", f"/v1/keys/{_key(w)}/revoke"),
    "/v1/entities/{entity}/accounts": lambda w: Request("stranger", f"{_entity(w, 'stranger')}/accounts", _ACCOUNT),
    "/v1/entities/{entity}/api-keys": lambda w: Request("stranger", f"{_entity(w, 'stranger')}/api-keys", {"label": "new"}),
    "/v1/api-keys/{number}/revoke": lambda w: Request("stranger", f"/v1/api-keys/{_api_key(w)}/revoke"),
    "/v1/limits": lambda w: Request(
        "registrar",
        "/v1/limits",
        {"obligor": w["obligor"].entity, "limit": {"amount": "5.00", "currency": "USD"}, "agent": w["agent"].entity},
    ),
    "/v1/profiles": lambda w: Request("registrar", "/v1/profiles", _profile(w)),
    "/v1/profiles/{profile}/pause": lambda _: Request("registrar", f"/v1/profiles/{PROFILE}/pause", {"paused": False}),
    "/v1/imports": lambda _: Request("obligor", "/v1/imports", content=b"<Invoice/>"),
    "/v1/imports/export": lambda w: Request("obligor", "/v1/imports/export", _export(w)),
    "/v1/payables": lambda w: Request("obligor", "/v1/payables", {"invoices": [{"invoice": w.invoice()}], "profile": PROFILE}),
    "/v1/payables/batch": lambda w: Request("obligor", "/v1/payables/batch", {"invoices": [w.invoice(), w.invoice()], "profile": PROFILE}),
    "/v1/payables/accept": lambda w: Request("supplier", "/v1/payables/accept", {"payables": [w.confirmed(), w.confirmed()]}),
    "/v1/payables/{payable}/accept": lambda w: Request("supplier", f"/v1/payables/{w.confirmed()}/accept"),
    "/v1/payables/{payable}/refuse": lambda w: Request("supplier", f"/v1/payables/{w.confirmed()}/refuse"),
    "/v1/payables/{payable}/cancel": lambda w: Request("obligor", f"/v1/payables/{w.confirmed()}/cancel"),
    "/v1/payables/{payable}/consent": lambda w: Request("supplier", f"/v1/payables/{w.accepted()['id']}/consent", {}),
    "/v1/payables/{payable}/suspension": lambda w: Request(
        "registrar", f"/v1/payables/{w.accepted()['id']}/suspension", {"suspended": True, "basis": _BASIS}
    ),
    "/v1/lots/{lot}/split": lambda w: Request("supplier", f"/v1/lots/{_root(w)}/split", {"amounts": [eur("100.00")]}),
    "/v1/lots/{lot}/merge": _merge,
    "/v1/lots/{lot}/lock": lambda w: Request("supplier", f"/v1/lots/{_root(w)}/lock", {"party": w["bank"].entity, "until": w.soon()}),
    "/v1/lots/{lot}/release": lambda w: Request("bank", f"/v1/lots/{_locked(w)}/release"),
    "/v1/lots/{lot}/discharge": lambda w: Request("supplier", f"/v1/lots/{_root(w)}/discharge", _REASON),
    "/v1/lots/{lot}/set-off": lambda w: Request("obligor", f"/v1/lots/{_owned(w)}/set-off", _REASON),
    "/v1/lots/{lot}/freeze": lambda w: Request("registrar", f"/v1/lots/{_root(w)}/freeze", {"amount": eur("1.00"), "basis": _BASIS}),
    "/v1/lots/{lot}/force-transfer": lambda w: Request(
        "registrar", f"/v1/lots/{_root(w)}/force-transfer", {"to": w["bank"].entity, "basis": _BASIS}
    ),
    "/v1/checks": lambda _: Request("auditor", "/v1/checks"),
    "/v1/breaks/{number}/explain": lambda world: Request("registrar", f"{_break(world)}/explain", _REASON),
    "/v1/breaks/{number}/own": lambda world: Request("registrar", f"{_break(world)}/own", {"name": "Li Wei"}),
    "/v1/audit/anchors": lambda _: Request("registrar", "/v1/audit/anchors"),
    "/v1/offers": lambda w: Request("supplier", "/v1/offers", _offer(w)),
    "/v1/offers/prepare": lambda w: Request("supplier", "/v1/offers/prepare", _offer(w)),
    "/v1/offers/signed": lambda w: Request("supplier", "/v1/offers/signed", _signed(w)),
    "/v1/offers/withdraw": lambda _: Request("stranger", "/v1/offers/withdraw"),
    "/v1/offers/{offer}/accept": _accept_offer,
    "/v1/documents": lambda w: Request(
        "supplier", "/v1/documents", params={"subject": f"lot:{_root(w)}", "name": "a.txt", "media_type": "text/plain"}, content=b"x"
    ),
    "/v1/financings": lambda w: Request("supplier", "/v1/financings", _financing_body(w)),
    "/v1/financings/{financing}/complete": lambda w: Request("bank", f"/v1/financings/{_financing(w)}/complete", {"reference": "SEPA 9"}),
    "/v1/financings/{financing}/release": lambda w: Request("bank", f"/v1/financings/{_financing(w)}/release"),
    "/v1/financings/{financing}/release-pledge": lambda w: Request(
        "bank", f"/v1/financings/{_pledge(w)}/release-pledge", {"registration": "ZDW-1"}
    ),
    "/v1/payments/batch": lambda w: Request("agent", "/v1/payments/batch", {"items": [_payment(w), _payment(w)]}),
    "/v1/payments": lambda w: Request("agent", "/v1/payments", _payment(w)),
    "/v1/payments/{payment}/reverse": lambda w: Request("registrar", f"/v1/payments/{_consented_payment(w)}/reverse", _REASON),
}
# These need time to pass; tests that move the clock send them.
LATER = frozenset({"/v1/payables/{payable}/overdue", "/v1/clearings", "/v1/clearings/batch", "/v1/lots/{lot}/reopen"})

_ACCOUNT = {"currency": "EUR", "account": "DE89370400440532013000"}
_NEW_ENTITY = {"name": "Newcomer", "country": "DE", "roles": ["supplier"], "verified_until": "2030-01-01T00:00:00Z"}
