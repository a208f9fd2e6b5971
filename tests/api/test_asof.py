"""Positions, balances and the digest as of a block or a day, through HTTP."""

from tests.factories.api import World


def test_positions_as_of_a_block_are_those_of_then_and_of_the_caller(world: World) -> None:
    payable = world.accepted("1000.00")
    supplier, second, auditor = world["supplier"], world["subsupplier"], world["auditor"]
    before = auditor.shown("/v1/network")["indexed"]["number"]
    offer = world.offered(payable["root_lot"], sender="supplier", recipient="subsupplier", amount="300.00")
    part = second.made(f"/v1/offers/{offer['id']}/accept")["id"]

    def held(**query: object) -> dict[str, tuple[int, str]]:
        page = auditor.shown("/v1/positions", params={"limit": 200, **query})
        assert page["next"] is None
        return {row["lot"]: (row["holder"], row["amount"]["amount"]) for row in page["items"] if row["payable"] == payable["id"]}

    assert held(block=before) == {payable["root_lot"]: (supplier.entity, "1000.00")}
    assert held() == {payable["root_lot"]: (supplier.entity, "700.00"), part: (second.entity, "300.00")}
    assert held(entity=second.entity) == {part: (second.entity, "300.00")}
    assert held(entity=second.entity, block=before) == {}
    mine = second.shown("/v1/positions", params={"limit": 200, "entity": supplier.entity})
    assert {row["holder"] for row in mine["items"]} == {second.entity}
    assert part in {row["lot"] for row in mine["items"]}
    assert world["stranger"].shown("/v1/positions")["items"] == []


def test_balances_as_of_a_block_or_a_day(world: World) -> None:
    supplier = world["supplier"]
    before = world["auditor"].shown("/v1/network")["indexed"]["number"]
    then = supplier.shown("/v1/balances")
    world.accepted("10.00")
    assert supplier.shown("/v1/balances") != then
    assert supplier.shown("/v1/balances", params={"block": before}) == then
    today = f"{world.clock.now():%Y-%m-%d}"
    assert supplier.shown("/v1/balances", params={"day": today}) == supplier.shown("/v1/balances")
    assert supplier.get("/v1/balances", params={"day": "2001-01-01"}).json()["code"] == "not_found"
    assert supplier.get("/v1/balances", params={"day": today, "block": 1}).json()["code"] == "invalid_value"
    assert supplier.get("/v1/positions", params={"block": 10**9}).json()["code"] == "not_found"


def test_pages_of_positions_go_on_where_the_last_ended(world: World) -> None:
    for amount in ("11.00", "12.00", "13.00"):
        world.accepted(amount)
    supplier = world["supplier"]
    whole = supplier.shown("/v1/positions", params={"limit": 200})["items"]
    found, after = [], None
    while True:
        page = supplier.shown("/v1/positions", params={"limit": 1} | ({"after": after} if after else {}))
        found += page["items"]
        if page["next"] is None:
            break
        after = page["next"]
    assert found == whole
    assert len(whole) >= 3


def test_the_digest_of_a_block_stays(world: World) -> None:
    first = world["stranger"].shown("/v1/digest")
    world.confirmed("20.00")
    second = world["stranger"].shown("/v1/digest")
    assert second["digest"] != first["digest"]
    assert world["auditor"].shown("/v1/digest", params={"block": first["block"]["number"]}) == first
