"""Certificates over HTTP: who gets one, what it proves, and that documents are only opened by those who may read them."""

import hashlib
from datetime import timedelta

import pytest
from jsonschema_rs import Draft202012Validator

from api.app import build
from chain.certificate import check
from chain.certificate.check import Proven
from chain.certificate.form import Lock
from chain.certificate.pin import Pin
from tests.factories.api import PROFILE, Client, World, eur


def pin_of(world: World) -> Pin:
    return Pin.of(world["bank"].get("/v1/pin").content)


def proven(world: World, client: Client, lot: str, query: str = "") -> Proven:
    answer = client.get(f"/v1/lots/{lot}/certificate{query}")
    assert answer.status_code == 200, answer.text
    return check.verify(answer.content, pin_of(world))


def test_a_holder_proves_its_lot(world: World) -> None:
    supplier, root = world["supplier"], world.accepted()["root_lot"]
    part = supplier.made(f"/v1/lots/{root}/split", {"amounts": [eur("12.00")]})["items"][0]["id"]
    deeper = supplier.made(f"/v1/lots/{part}/split", {"amounts": [eur("5.00")]})["items"][0]["id"]
    found = proven(world, supplier, deeper)
    assert found.pinned
    assert (found.lot.holder, found.lot.amount, len(found.certificate.path)) == (supplier.entity, 5_00, 2)
    assert found.payable.obligor == world["obligor"].entity
    assert len(found.keys) == 1
    assert found.certificate.promise is not None
    assert "unconditional" in found.certificate.promise
    assert found.lock is None


def test_a_lock_is_proven(world: World) -> None:
    supplier, bank, root = world["supplier"], world["bank"], world.accepted()["root_lot"]
    until = world.clock.now().replace(microsecond=0) + timedelta(days=3)
    supplier.made(f"/v1/lots/{root}/lock", {"party": bank.entity, "until": until.isoformat()})
    found = proven(world, bank, root)
    assert found.lock == Lock("lock", bank.entity, int(until.timestamp()))
    assert sorted(found.participants) == sorted([world["obligor"].entity, supplier.entity, bank.entity])


def test_documents_are_disclosed_by_those_who_read_them(world: World) -> None:
    obligor, supplier, invoice = world["obligor"], world["supplier"], world.invoice()
    contents = [b"order 1", b"delivery note 1", b"contract"]
    params = {"subject": f"invoice:{invoice}", "name": "d.txt", "media_type": "text/plain"}
    numbers = [obligor.made("/v1/documents", params=params, content=content)["id"] for content in contents]
    body = {"invoices": [{"invoice": invoice}], "profile": PROFILE, "documents": numbers}
    payable = supplier.made(f"/v1/payables/{obligor.made('/v1/payables', body)['id']}/accept")
    found = proven(world, supplier, payable["root_lot"], f"?document={numbers[2]}&document={numbers[0]}")
    assert found.documents == [hashlib.sha256(contents[2]).digest(), hashlib.sha256(contents[0]).digest()]
    assert proven(world, supplier, payable["root_lot"]).documents == []
    other = world.accepted()["root_lot"]
    assert supplier.get(f"/v1/lots/{other}/certificate?document={numbers[0]}").status_code == 404


def test_what_one_does_not_see_has_no_certificate(world: World) -> None:
    root = world.accepted()["root_lot"]
    assert world["stranger"].get(f"/v1/lots/{root}/certificate").status_code == 404
    assert world["auditor"].get(f"/v1/lots/{root}/certificate").status_code == 200


def test_what_is_over_has_no_certificate(world: World) -> None:
    root = world.accepted()["root_lot"]
    amount = world["supplier"].shown(f"/v1/lots/{root}")["amount"]
    world["supplier"].made(f"/v1/lots/{root}/split", {"amounts": [amount]})
    answer = world["supplier"].get(f"/v1/lots/{root}/certificate")
    assert (answer.status_code, answer.json()["code"]) == (409, "not_certifiable")


@pytest.mark.parametrize("path", ["/v1/pin", "/v1/lots/{lot}/certificate"])
def test_answers_fit_their_schemas(world: World, path: str) -> None:
    document = build().openapi()
    schema = document["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    answer = world["supplier"].shown(path.format(lot=world.accepted()["root_lot"]))
    Draft202012Validator({"components": document["components"]} | schema).validate(answer)


def test_the_pin_is_the_same_every_time(world: World) -> None:
    assert world["bank"].get("/v1/pin").content == world["supplier"].get("/v1/pin").content
    assert pin_of(world).contract == world["bank"].shown("/v1/network")["contract"]
