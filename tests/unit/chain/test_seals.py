"""Seals of real networks: a QBFT header, 400 seals of IBFT 1 blocks, Clique blocks; and Clique networks made here."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chain import rlp, seals, signing
from chain.errors import BadSeal
from chain.hashing import keccak
from chain.headers import hexdata

DATA = Path(__file__).parents[2] / "data" / "evm"
KEYS = sorted((number.to_bytes(32, "big") for number in range(1, 6)), key=signing.address_of)
SIGNERS = [signing.address_of(key) for key in KEYS]


def recorded(kind: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((DATA / "bft_headers.json").read_text())[kind]
    return found


def items(encoded: bytes) -> list[bytes]:
    return [item for item in rlp.decode(encoded) if isinstance(item, bytes)]


def with_extra(header: list[bytes], extra: bytes) -> list[bytes]:
    return [*header[:12], extra, *header[13:]]


def test_the_qbft_header() -> None:
    entry = recorded("qbft")[0]
    header = items(hexdata(entry["header_rlp"]))
    assert seals.number_of(header) == entry["number"]
    assert seals.check_qbft(header, entry["validators"]) == entry["signers"]
    extra = seals.BftExtra.of(header[12])
    assert list(extra.validators) == entry["validators"]
    assert int.from_bytes(extra.round, "big") == entry["round"]
    assert [seal.hex() for seal in extra.seals] == [seal[2:] for seal in entry["seals"]]
    # The hash a block is known by leaves out round and seals; the one that is sealed keeps the round.
    assert seals.qbft_hash(header) != hexdata(entry["hash_for_seal"])
    assert extra.encode() == header[12]


def test_qbft_extra_data_of_the_vectors() -> None:
    for name, entry in json.loads((DATA / "bft_extra_data.json").read_text()).items():
        wanted, extra = entry["qbft_extra_data"], seals.BftExtra.of(hexdata(entry["rlp"]))
        assert extra.encode() == hexdata(entry["rlp"]), name
        assert "0x" + extra.vanity.hex() == wanted["vanityData"]
        assert list(extra.validators) == wanted["validators"]
        assert ["0x" + seal.hex() for seal in extra.seals] == wanted["seals"]
        assert int.from_bytes(extra.round, "big") == wanted["round"]
        vote = wanted["vote"]
        assert ["0x" + bytes(part).hex() for part in extra.vote] == ([] if vote is None else [vote["recipient"], vote["voteType"]])


def test_a_qbft_header_without_enough_seals() -> None:
    entry = recorded("qbft")[0]
    header = items(hexdata(entry["header_rlp"]))
    vanity, validators, vote, number, sealed = rlp.decode(header[12])

    def sealed_by(found: list[Any]) -> list[bytes]:
        return with_extra(header, rlp.encode([vanity, validators, vote, number, found]))

    given_seals = list(sealed)
    assert len(seals.check_qbft(sealed_by(given_seals), entry["validators"])) == 3
    with pytest.raises(BadSeal, match="2 of 4 sealed, 3 are needed"):
        seals.check_qbft(sealed_by(given_seals[:2]), entry["validators"])
    with pytest.raises(BadSeal, match="twice"):
        seals.check_qbft(sealed_by([*given_seals[:2], given_seals[0]]), entry["validators"])
    with pytest.raises(BadSeal, match="other validators"):
        seals.check_qbft(header, entry["validators"][:3])
    with pytest.raises(BadSeal, match="not a pinned validator"):
        seals.check_qbft([*header[:9], b"\x01", *header[10:]], entry["validators"])


def test_the_ibft1_blocks() -> None:
    found = 0
    for entry in recorded("ibft"):
        header = items(hexdata(entry["header_rlp"]))
        assert len(entry["seals"]) in {0, 4}
        if entry["seals"]:
            assert seals.check_ibft1(header, entry["validators"]) == entry["signers"]
            found += len(entry["seals"])
        else:
            with pytest.raises(BadSeal, match="0 of"):
                seals.check_ibft1(header, entry["validators"])
    assert found == 400


def test_the_clique_blocks() -> None:
    """Each is a list of header, transactions and uncles."""
    data, headers = (DATA / "clique.blocks").read_bytes(), []
    while data:
        first = data[0] - 0xF7
        size = 1 + first + int.from_bytes(data[1 : 1 + first], "big")
        headers.append([item for item in rlp.decode(data[:size])[0] if isinstance(item, bytes)])
        data = data[size:]
    signer = "0x" + json.loads((DATA / "clique_genesis.json").read_text())["extraData"][66:106]
    assert seals.clique_checkpoint(headers[0]) == (signer,)
    assert len(headers) > 2
    assert seals.check_clique(headers[1:], [signer]) == [signer]
    with pytest.raises(BadSeal):
        seals.check_clique(headers[:1], [signer])


def clique(number: int, parent: bytes, key: bytes, *, difficulty: int | None = None, signers: list[str] = SIGNERS) -> list[bytes]:
    """A header sealed by a key, with the difficulty of its turn."""
    in_turn = signers[number % len(signers)] == signing.address_of(key)
    fields = [parent, bytes(32), bytes(20), bytes(32), bytes(32), bytes(32), bytes(256), rlp.number(difficulty or 1 + in_turn)]
    fields += [rlp.number(number), b"\x01", b"", rlp.number(1_790_000_000 + number), bytes(32), bytes(32), bytes(8)]
    signature = signing.sign_digest(key, keccak(rlp.encode(fields)))
    return with_extra(fields, bytes(32) + signature[:64] + bytes((signature[64] - 27,)))


def chain_of(*places: int) -> list[list[bytes]]:
    """Headers from block 7 on, sealed by the signers at these places."""
    parent, made = bytes(32), []
    for number, place in enumerate(places, start=7):
        made.append(clique(number, parent, KEYS[place]))
        parent = keccak(rlp.encode(made[-1]))
    return made


def test_a_majority_of_distinct_clique_signers() -> None:
    assert seals.check_clique(chain_of(2, 3, 4), SIGNERS) == [SIGNERS[2], SIGNERS[3], SIGNERS[4]]
    with pytest.raises(BadSeal, match="2 of 5 sealed, 3 are needed"):
        seals.check_clique(chain_of(2, 3), SIGNERS)
    with pytest.raises(BadSeal, match="too soon"):
        seals.check_clique(chain_of(2, 3, 2), SIGNERS)
    with pytest.raises(BadSeal, match="not a pinned signer"):
        seals.check_clique(chain_of(2, 3, 4), [SIGNERS[1], *SIGNERS[3:]])


def test_clique_headers_must_follow_each_other() -> None:
    first, second, third = chain_of(2, 3, 4)
    with pytest.raises(BadSeal, match="follow"):
        seals.check_clique([first, third, second], SIGNERS)
    with pytest.raises(BadSeal, match="follow"):
        seals.check_clique([first, clique(9, keccak(rlp.encode(first)), KEYS[3])], SIGNERS)
    with pytest.raises(BadSeal, match="turn"):
        seals.check_clique([clique(7, bytes(32), KEYS[2], difficulty=1)], SIGNERS)


def test_a_clique_checkpoint_lists_its_signers() -> None:
    def checkpoint(listed: list[str]) -> list[bytes]:
        extra = bytes(32) + b"".join(hexdata(each) for each in listed)
        header = with_extra(clique(7, bytes(32), KEYS[2]), extra)
        sealed = signing.sign_digest(KEYS[2], keccak(rlp.encode(header)))
        return with_extra(header, extra + sealed[:64] + bytes((sealed[64] - 27,)))

    assert seals.clique_checkpoint(checkpoint(SIGNERS)) == tuple(SIGNERS)
    with pytest.raises(BadSeal, match="1 of 5"):
        seals.check_clique([checkpoint(SIGNERS)], SIGNERS)
    with pytest.raises(BadSeal, match="other signers"):
        seals.check_clique([checkpoint(SIGNERS[:4])], SIGNERS)


@given(st.binary(max_size=200))
def test_noise_is_no_seal(noise: bytes) -> None:
    header = with_extra(clique(7, bytes(32), KEYS[0]), noise)
    for check in (seals.qbft_signers, seals.qbft_hash, seals.clique_signer, seals.ibft1_signers):
        with pytest.raises(BadSeal):
            check(header)
