"""Signatures and transactions, against eth-account."""

import pytest
import rlp as reference
from eth_account import Account
from hypothesis import given
from hypothesis import strategies as st

from chain import rlp, signing
from chain.errors import BadCall, BadRlp, BadSignature
from chain.signing import TransactionFields

SECRET = bytes.fromhex("4c0883a69102937d6231471b5dbb6204fe5129617082792ae468d01a3f362318")
ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
CALLS = st.builds(
    TransactionFields,
    chain_id=st.integers(1, 2**40),
    nonce=st.integers(0, 2**32),
    to=st.none() | st.binary(min_size=20, max_size=20).map(lambda raw: "0x" + raw.hex()),
    data=st.binary(max_size=200),
    gas=st.integers(21_000, 10**7),
    value=st.integers(0, 10**20),
)
ITEMS = st.recursive(st.binary(max_size=70), lambda inner: st.lists(inner, max_size=6), max_leaves=20)


@given(digest=st.binary(min_size=32, max_size=32))
def test_sign_and_recover(digest: bytes) -> None:
    signature = signing.sign_digest(SECRET, digest)
    assert len(signature) == 65
    assert signature[64] in {27, 28}
    assert int.from_bytes(signature[32:64], "big") <= ORDER // 2
    assert signing.recover(digest, signature) == signing.address_of(SECRET) == Account.from_key(SECRET).address.lower()


def test_only_one_form_of_a_signature_is_taken() -> None:
    digest = b"\x05" * 32
    good = signing.sign_digest(SECRET, digest)
    high = (ORDER - int.from_bytes(good[32:64], "big")).to_bytes(32, "big")
    for bad in (good[:64], good + b"\0", good[:64] + b"\x00", good[:32] + high + bytes((55 - good[64],)), bytes(64) + b"\x1b"):
        with pytest.raises(BadSignature):
            signing.recover(digest, bad)


@given(call=CALLS)
def test_signed_transactions_equal_eth_accounts(call: TransactionFields) -> None:
    signed = signing.sign_transaction(SECRET, call)
    fields = {"chainId": call.chain_id, "nonce": call.nonce, "gas": call.gas, "gasPrice": 0, "value": call.value, "data": call.data}
    if call.to:
        fields["to"] = bytes.fromhex(call.to[2:])
    other = Account.from_key(SECRET).sign_transaction(fields)
    assert signed.raw == bytes(other.raw_transaction)
    assert signed.hash == bytes(other.hash)
    decoded = signing.decode_transaction(signed.raw)
    assert decoded == signing.Decoded(call, signing.address_of(SECRET), 0, signed.hash)


@given(junk=st.binary(max_size=120))
def test_junk_is_no_transaction(junk: bytes) -> None:
    with pytest.raises((BadCall, BadSignature)):
        signing.decode_transaction(junk)


def test_other_kinds_of_transactions_are_named_and_refused() -> None:
    fee_market = {
        "chainId": 1,
        "nonce": 0,
        "gas": 21_000,
        "maxFeePerGas": 0,
        "maxPriorityFeePerGas": 0,
        "to": bytes(20),
        "value": 0,
        "type": 2,
    }
    raw = bytes(Account.from_key(SECRET).sign_transaction(fee_market).raw_transaction)
    with pytest.raises(BadCall, match="type 2 is not taken here; sign a legacy transaction"):
        signing.decode_transaction(raw)
    unprotected = bytes(
        Account.from_key(SECRET).sign_transaction({"nonce": 0, "gas": 21_000, "gasPrice": 0, "to": bytes(20), "value": 0}).raw_transaction
    )
    with pytest.raises(BadCall, match="EIP-155"):
        signing.decode_transaction(unprotected)


@given(item=ITEMS)
def test_rlp_equals_the_reference(item: rlp.Item) -> None:
    encoded = rlp.encode(item)
    assert encoded == reference.encode(item)
    assert rlp.decode(encoded) == item


@given(data=st.binary(max_size=60))
def test_rlp_is_taken_in_its_canonical_form_only(data: bytes) -> None:
    try:
        item = rlp.decode(data)
    except BadRlp:
        with pytest.raises(reference.exceptions.DecodingError):
            reference.decode(data)
    else:
        assert rlp.encode(item) == data
