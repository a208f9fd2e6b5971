"""What needs time to pass: overdue, clearing in batches, a pay-out that came back."""

from datetime import timedelta

from tests.factories.api import DUE_DAYS, PROFILE, World, eur


def _past_due(world: World) -> None:
    world.pass_time(timedelta(days=DUE_DAYS + 2))


def _paid(world: World, amount: str) -> str:
    payable = str(world.accepted()["id"])
    world["agent"].made("/v1/payments", {"payable": payable, "amount": eur(amount), "reference": f"in {payable}"})
    return payable


def test_overdue_obligor_confirms_nothing_until_it_has_paid(world: World) -> None:
    payable = world.accepted()["id"]
    _past_due(world)
    marked = world["supplier"].made(f"/v1/payables/{payable}/overdue")
    assert "overdue" in marked["flags"]
    refused = world["obligor"].post("/v1/payables", {"invoices": [{"invoice": world.invoice()}], "profile": PROFILE})
    assert (refused.status_code, refused.json()["code"]) == (409, "obligor_overdue")
    world["agent"].made("/v1/payments", {"payable": payable, "amount": eur("1000.00"), "reference": f"late {payable}"})
    assert world["obligor"].shown(f"/v1/payables/{payable}")["flags"] == []
    assert world.confirmed()


def test_clearing_in_a_batch_and_a_returned_pay_out(world: World) -> None:
    payables = [_paid(world, "1000.00"), _paid(world, "333.33")]
    early = world["agent"].post("/v1/clearings", {"payable": payables[0]})
    assert (early.status_code, early.json()["code"]) == (409, "redemption_not_open")
    _past_due(world)
    runs = world["agent"].made("/v1/clearings/batch", {"payables": payables})["items"]
    assert [run["payment"] for run in runs] == [eur("1000.00"), eur("333.33")]
    lot = runs[0]["lines"][0]["lot"]
    assert world["supplier"].shown(f"/v1/clearings/{runs[0]['id']}")["lines"][0]["amount"] == eur("1000.00")
    path, body = f"/v1/lots/{lot}/reopen", {"reason": "account closed"}
    assert world["registrar"].post(path, body).json()["code"] == "consent_missing"
    world["agent"].made(path, body)
    assert world["registrar"].made(path, body)["amount"] == eur("1000.00")
    assert world["obligor"].shown(f"/v1/payables/{payables[0]}")["outstanding"] == eur("1000.00")
    assert world["auditor"].shown("/v1/check")["breaks"] == []
