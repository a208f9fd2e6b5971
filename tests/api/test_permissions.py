"""One table of permissions: every route has its act in it, and a stranger gets what the table says."""

import pytest

from registry.identity.permissions import ACTS, ANY, SELF
from tests.api.routes import Operation, operations
from tests.factories.api import World

OPERATIONS = operations()
# Values for path parameters that name nothing of the stranger's.
NOBODYS = {
    "entity": "1",
    "address": "0x" + "11" * 20,
    "number": "999999",
    "profile": "60000",
    "import_id": "999999",
    "invoice_id": "999999",
    "payable": "0x" + "22" * 20,
    "lot": "0x" + "33" * 32,
    "offer": "999999",
    "document": "999999",
    "financing": "999999",
    "payment": "999999",
}
# The stranger's own rights: lists of its own (empty) things, and writes about nobody but itself.
SUPPLIER = 2


def _path(operation: Operation) -> str:
    return operation.path.format_map(NOBODYS)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: f"{operation.method} {operation.path}")
def test_every_route_names_an_act_of_the_table(operation: Operation) -> None:
    assert operation.act in ACTS


def test_every_act_of_the_table_has_a_route() -> None:
    assert {operation.act for operation in OPERATIONS} >= set(ACTS)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: f"{operation.method} {operation.path}")
def test_without_a_key_nothing_is_told(world: World, operation: Operation) -> None:
    answer = world.anonymous().http.request(operation.method, _path(operation))
    assert answer.status_code == 401
    assert answer.json()["code"] == "unauthenticated"
    assert answer.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: f"{operation.method} {operation.path}")
def test_stranger_gets_what_the_table_says(world: World, operation: Operation) -> None:
    stranger = world["stranger"]
    allowed = ACTS[operation.act or ""] & {ANY, SELF, SUPPLIER}
    if operation.method == "POST":
        answer = stranger.post(_path(operation), {})
        expected = {400, 403, 404, 422} if allowed else {403}
        if "{" not in operation.path:
            expected |= {200, 201} if allowed else set()
    else:
        answer = stranger.get(_path(operation))
        expected = {200, 403, 404, 422} if allowed else {403}
    assert answer.status_code in expected, answer.text


def test_key_that_is_not_one_is_refused(world: World) -> None:
    answer = world.anonymous().get("/v1/me", headers={"Authorization": "Bearer tsk_wrong"})
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")


def test_revoked_key_ends_at_once(world: World) -> None:
    bank = world["bank"]
    made = bank.made(f"/v1/entities/{bank.entity}/api-keys", {"label": "short"})
    headers = {"Authorization": f"Bearer {made['token']}"}
    assert world.anonymous().get("/v1/me", headers=headers).status_code == 200
    bank.made(f"/v1/api-keys/{made['id']}/revoke")
    assert world.anonymous().get("/v1/me", headers=headers).status_code == 401


def test_one_tenant_does_not_read_another(world: World) -> None:
    """The threat "one tenant reads another"."""
    payable = world.accepted()
    offer = world.offered(payable["root_lot"], sender="supplier", recipient="subsupplier")
    stranger = world["stranger"]
    for path in (
        f"/v1/payables/{payable['id']}",
        f"/v1/payables/{payable['id']}/tree",
        f"/v1/lots/{payable['root_lot']}",
        f"/v1/lots/{payable['root_lot']}/history",
        f"/v1/offers/{offer['id']}",
        "/v1/invoices/1",
        "/v1/transactions/1",
    ):
        assert stranger.get(path).status_code == 404, path
    names = {event["name"] for event in stranger.shown("/v1/events")["items"]}
    assert names <= {"ProfileSet", "ProfilePaused", "Anchored"}
    assert stranger.shown("/v1/balances")["items"] == []
    others = stranger.shown(f"/v1/entities/{world['obligor'].entity}")
    assert others["identifiers"] is None
    assert stranger.get(f"/v1/entities/{world['obligor'].entity}/accounts").status_code == 403


def test_holder_sees_its_own_lots_and_their_path_only(world: World) -> None:
    root = world.accepted()["root_lot"]
    mine = world["subsupplier"].made(
        f"/v1/offers/{world.offered(root, sender='supplier', recipient='subsupplier', amount='10.00')['id']}/accept"
    )
    theirs = world["bank"].made(f"/v1/offers/{world.offered(root, sender='supplier', recipient='bank', amount='20.00')['id']}/accept")
    seen = {lot["id"] for lot in world["subsupplier"].shown(f"/v1/payables/{root[:42]}/tree")["lots"]}
    assert seen == {root, mine["id"]}
    shown = str(world["subsupplier"].shown("/v1/events", params={"payable": root[:42]}))
    assert mine["id"] in shown
    assert theirs["id"] not in shown


def test_refused_writes_are_recorded(world: World) -> None:
    world["stranger"].post("/v1/limits", {})
    latest = world["stranger"].shown("/v1/acts")["items"][0]
    assert (latest["act"], latest["outcome"]) == ("limit.set", "forbidden")
