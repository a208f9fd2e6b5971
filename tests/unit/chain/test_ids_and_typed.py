"""Ids and digests, against eth_abi and eth-account as independent references. The contract itself is asked in tests/chain."""

import coincurve
import pytest
from eth_abi.abi import encode
from eth_account import Account
from eth_account.messages import encode_typed_data
from eth_utils.crypto import keccak
from hypothesis import given
from hypothesis import strategies as st

from chain import ids, signing, typed
from chain.errors import BadAddress
from chain.structs import Financing, Offer, Portion, Terms
from chain.types import parse_address

CONTRACT = "0x" + "ab" * 20
NUMBER32, NUMBER72, BYTES32 = st.integers(0, 2**32 - 1), st.integers(0, 2**72 - 1), st.binary(min_size=32, max_size=32)
TERMS = st.builds(Terms, NUMBER32, NUMBER32, st.integers(0, 2**16 - 1), NUMBER32, NUMBER72, BYTES32, BYTES32)
PORTIONS = st.lists(st.builds(Portion, BYTES32, NUMBER72, NUMBER72), max_size=5)
LOT = st.integers(0, 2**256 - 1)
OFFER = st.builds(
    Offer, LOT, st.integers(0, 2**16 - 1), st.integers(0, 255), NUMBER72, NUMBER32, st.integers(0, 255), BYTES32, NUMBER32, NUMBER32
)


@given(currency=st.integers(1, 999), variant=st.integers(0, 63))
def test_a_profile_number_says_its_currency(currency: int, variant: int) -> None:
    number = ids.profile_id(currency, variant)
    assert (ids.currency_of(number), ids.variant_of(number)) == (currency, variant)
    assert 0 < number < 2**16


@pytest.mark.parametrize(("currency", "variant"), [(0, 0), (1000, 0), (978, -1), (978, 64)])
def test_other_profile_numbers_are_refused(currency: int, variant: int) -> None:
    with pytest.raises(ValueError, match="no such profile"):
        ids.profile_id(currency, variant)


@given(terms=TERMS, portions=PORTIONS)
def test_payable_id_hashes_what_makes_the_debt(terms: Terms, portions: list[Portion]) -> None:
    documents = keccak(b"".join(portion.fingerprint + portion.amount.to_bytes(32, "big") for portion in portions))
    types = ["uint32", "uint32", "uint16", "uint16", "uint32", "uint72", "bytes32", "bytes32", "bytes32"]
    values = [terms.obligor, terms.payee, terms.profile, terms.profile >> 6, terms.due, terms.face, terms.terms, terms.salt, documents]
    assert ids.payable_id(terms, portions) == int.from_bytes(keccak(encode(types, values))[12:], "big")


@given(terms=TERMS, portions=PORTIONS)
def test_totals_are_no_part_of_the_id(terms: Terms, portions: list[Portion]) -> None:
    others = [Portion(each.fingerprint, each.amount, 0) for each in portions]
    assert ids.payable_id(terms, portions) == ids.payable_id(terms, others)


@given(payable=st.integers(0, 2**160 - 1), path=st.lists(st.integers(0, 39), min_size=1, max_size=6))
def test_children_keep_the_prefix(payable: int, path: list[int]) -> None:
    lot = ids.root(payable)
    for index in path:
        parent, lot = lot, ids.child(lot, index)
        assert lot & (2**96 - 1) == int.from_bytes(keccak(encode(["uint256", "uint8"], [parent, index]))[20:], "big")
    assert ids.payable_of(lot) == payable
    assert ids.lot_hex(lot).startswith(ids.payable_hex(payable))
    assert len(ids.lot_hex(lot)) == 66


@given(funder=NUMBER32, until=NUMBER32, kind=st.integers(0, 255), recourse=st.booleans(), commitment=BYTES32)
def test_financing_hash(funder: int, until: int, kind: int, *, recourse: bool, commitment: bytes) -> None:
    expected = keccak(encode(["uint32", "uint32", "uint8", "bool", "bytes32"], [funder, until, kind, recourse, commitment]))
    assert ids.financing_hash(Financing(funder, until, kind, recourse, commitment)) == expected


@given(offer=OFFER, chain_id=st.integers(1, 2**53))
def test_a_wallet_signs_the_same_offer(offer: Offer, chain_id: int) -> None:
    secret = b"\x07" * 32
    document = typed.offer_document(chain_id, CONTRACT, offer=offer)
    message = {key: bytes.fromhex(value[2:]) if value.startswith("0x") else int(value) for key, value in document["message"].items()}
    wallet = Account.from_key(secret).sign_message(encode_typed_data(full_message={**document, "message": message}))
    digest = typed.offer_digest(chain_id, CONTRACT, offer=offer)
    assert signing.sign_digest(secret, digest) == bytes(wallet.signature)
    assert signing.recover(digest, bytes(wallet.signature)) == signing.address_of(secret)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("Cancellation", {"payableId": 7, "version": 3}),
        ("Reversal", {"payableId": 7, "sequence": 2, "amount": 5000, "receipt": b"\x01" * 32}),
        ("Reopening", {"lot": 9 << 96, "sequence": 2, "amount": 5000, "receipt": b"\x02" * 32}),
    ],
)
def test_other_digests_equal_a_wallets(name: str, message: dict[str, int | bytes]) -> None:
    calls = {
        "Cancellation": lambda: typed.cancellation_digest(31337, CONTRACT, payable=7, version=3),
        "Reversal": lambda: typed.reversal_digest(31337, CONTRACT, payable=7, sequence=2, amount=5000, receipt=b"\x01" * 32),
        "Reopening": lambda: typed.reopening_digest(31337, CONTRACT, lot=9 << 96, sequence=2, amount=5000, receipt=b"\x02" * 32),
    }
    document = typed.document(31337, CONTRACT, name=name, message=message)
    signable = encode_typed_data(full_message={**document, "message": message})
    assert calls[name]() == keccak(b"\x19" + signable.version + signable.header + signable.body)


def test_a_signature_is_bound_to_chain_and_contract() -> None:
    offer = Offer(1, 0, 255, 100, 7, 0, bytes(32), 10**9, 0)
    digests = {typed.offer_digest(chain, contract, offer=offer) for chain in (1, 2) for contract in (CONTRACT, "0x" + "cd" * 20)}
    assert len(digests) == 4


def test_addresses_are_lower_case_hex() -> None:
    assert parse_address(" 0xABcdef0000000000000000000000000000000001 ") == "0xabcdef0000000000000000000000000000000001"
    for bad in ("", "0x12", "abcdef0000000000000000000000000000000001", "0x" + "g" * 40, "0x" + "a" * 41):
        with pytest.raises(BadAddress):
            parse_address(bad)


def test_new_secrets_are_valid_and_differ() -> None:
    secrets = {signing.new_secret() for _ in range(20)}
    assert len(secrets) == 20
    assert all(coincurve.PrivateKey(secret) for secret in secrets)
