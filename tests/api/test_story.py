"""The story through HTTP: invoice, claim, split, financing, payment, clearing; and what is refused on the way."""

from datetime import timedelta

from tests.factories.api import DUE_DAYS, PROFILE, World, eur


def test_invoice_becomes_a_claim_that_is_split_financed_paid_and_reconciled(world: World) -> None:
    payable = world.accepted("1000.00")
    root = payable["root_lot"]
    assert payable["state"] == "active"
    offer = world.offered(root, sender="supplier", recipient="subsupplier", amount="300.00")
    part = world["subsupplier"].made(f"/v1/offers/{offer['id']}/accept")
    assert (part["holder"], part["amount"], part["hops"]) == (world["subsupplier"].entity, eur("300.00"), 1)
    body = {"lot": part["id"], "funder": world["bank"].entity, "price": eur("290.00"), "until": world.soon()}
    financing = world["subsupplier"].made("/v1/financings", body)
    assert financing["state"] == "locked"
    opened = world["bank"].shown(f"/v1/financings/{financing['id']}/opened")
    assert opened["account"] == "DE89370400440532013000"
    done = world["bank"].made(f"/v1/financings/{financing['id']}/complete", {"reference": "SEPA 1"})
    assert done["state"] == "completed"
    world["agent"].made("/v1/payments", {"payable": payable["id"], "amount": eur("600.00"), "reference": f"in {payable['id']}"})
    world.pass_time(timedelta(days=DUE_DAYS + 1))
    plan = world["agent"].shown(f"/v1/payables/{payable['id']}/clearing")
    assert plan["payment"] == eur("600.00")
    run = world["agent"].made("/v1/clearings", {"payable": payable["id"]})
    assert {line["holder"]: line["amount"]["amount"] for line in run["lines"]} == {
        world["supplier"].entity: "420.00",
        world["bank"].entity: "180.00",
    }
    after = world["obligor"].shown(f"/v1/payables/{payable['id']}")
    assert (after["outstanding"], after["redeemed"], after["available"]) == (eur("400.00"), eur("600.00"), eur("0.00"))
    report = world["auditor"].shown("/v1/check")
    assert report["breaks"] == []


def test_pledge_is_taken_and_let_go(world: World) -> None:
    lot = world.accepted()["root_lot"]
    body = {"lot": lot, "funder": world["bank"].entity, "kind": "pledge", "price": eur("900.00"), "until": world.soon()}
    number = world["supplier"].made("/v1/financings", body)["id"]
    assert world["bank"].made(f"/v1/financings/{number}/complete", {"reference": "SEPA 2"})["state"] == "completed"
    pledged = world["supplier"].shown(f"/v1/lots/{lot}")
    assert (pledged["holder"], pledged["state"]) == (world["supplier"].entity, "pledged")
    released = world["bank"].made(f"/v1/financings/{number}/release-pledge", {"registration": "ZDW-1"})
    assert released["state"] == "pledge_released"
    assert world["auditor"].shown("/v1/check")["breaks"] == []


def test_payee_refuses_and_obligor_cancels(world: World) -> None:
    refused = world["supplier"].made(f"/v1/payables/{world.confirmed()}/refuse")
    assert refused["state"] == "refused"
    cancelled = world["obligor"].made(f"/v1/payables/{world.confirmed()}/cancel")
    assert cancelled["state"] == "cancelled"


def test_accepted_payable_is_cancelled_only_with_consent(world: World) -> None:
    payable = world.accepted()
    path = f"/v1/payables/{payable['id']}"
    without = world["obligor"].post(f"{path}/cancel")
    assert (without.status_code, without.json()["code"]) == (409, "consent_missing")
    world["supplier"].made(f"{path}/consent", {})
    assert world["obligor"].made(f"{path}/cancel")["state"] == "cancelled"


def test_double_financing_of_an_invoice_is_refused_with_the_values(world: World) -> None:
    invoice = world.invoice("500.00")
    world["obligor"].made("/v1/payables", {"invoices": [{"invoice": invoice}], "profile": PROFILE})
    again = {"invoices": [{"invoice": invoice, "amount": eur("500.00")}], "profile": PROFILE}
    answer = world["obligor"].post("/v1/payables", again)
    problem = answer.json()
    assert answer.status_code == 409
    assert answer.headers["content-type"] == "application/problem+json"
    assert problem["code"] == "invoice_exceeded"
    assert problem["context"]["occupied"] == "50000"


def test_holder_splits_locks_and_merges(world: World) -> None:
    supplier = world["supplier"]
    root = world.accepted()["root_lot"]
    parts = supplier.made(f"/v1/lots/{root}/split", {"amounts": [eur("100.00"), eur("200.00")]})["items"]
    assert [part["amount"]["amount"] for part in parts] == ["100.00", "200.00"]
    locked = supplier.made(f"/v1/lots/{parts[0]['id']}/lock", {"party": world["bank"].entity, "until": world.soon()})
    assert locked["state"] == "locked"
    # Who lets go sees the lot no more.
    assert world["bank"].made(f"/v1/lots/{parts[0]['id']}/release")["status"] == "confirmed"
    assert supplier.shown(f"/v1/lots/{parts[0]['id']}")["state"] == "free"
    merged = supplier.made(f"/v1/lots/{root}/merge", {"others": [part["id"] for part in parts]})
    assert merged["amount"] == eur("1000.00")
    tree = world["obligor"].shown(f"/v1/payables/{root[:42]}/tree")
    assert {move["kind"] for move in tree["moves"]} >= {"Issued", "Split", "Merged", "Locked"}


def test_registrar_freezes_and_moves_by_force(world: World) -> None:
    root = world.accepted()["root_lot"]
    frozen = world["registrar"].made(f"/v1/lots/{root}/freeze", {"amount": eur("100.00"), "basis": "court order"})
    assert frozen["frozen"] == eur("100.00")
    world["registrar"].made(f"/v1/lots/{root}/freeze", {"amount": eur("0.00"), "basis": "order lifted"})
    moved = world["registrar"].made(f"/v1/lots/{root}/force-transfer", {"to": world["bank"].entity, "basis": "court order"})
    assert moved["holder"] == world["bank"].entity


def test_payment_is_reversed_by_agent_and_registrar(world: World) -> None:
    payable = world.accepted()
    body = {"payable": payable["id"], "amount": eur("10.00"), "reference": f"wrong {payable['id']}"}
    payment = world["agent"].made("/v1/payments", body)
    path = f"/v1/payments/{payment['id']}/reverse"
    early = world["registrar"].post(path, {"reason": "booked wrongly"})
    assert early.json()["code"] == "consent_missing"
    world["agent"].made(path, {"reason": "booked wrongly"})
    assert world["registrar"].made(path, {"reason": "booked wrongly"})["state"] == "reversed"


def test_offers_are_withdrawn_all_at_once(world: World) -> None:
    root = world.accepted()["root_lot"]
    offer = world.offered(root, sender="supplier", recipient="subsupplier")
    assert world["supplier"].made("/v1/offers/withdraw")["withdrawn"] >= 1
    answer = world["subsupplier"].post(f"/v1/offers/{offer['id']}/accept")
    assert (answer.status_code, answer.json()["code"]) == (409, "offer_closed")


def test_bad_invoice_comes_back_with_rule_and_value(world: World) -> None:
    answer = world["obligor"].made("/v1/imports", content=b"<Invoice/>", headers={"Content-Type": "application/xml"})
    assert answer["accepted"] == []
    assert answer["refused"][0]["rule"]
    found = world["obligor"].shown(f"/v1/imports/{answer['id']}")
    assert found["findings"] == answer["refused"]
