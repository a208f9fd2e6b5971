"""Every function, event and error of the ABI goes both ways; words and slots follow the documented layout."""

from typing import Any

import pytest
from eth_abi.abi import encode as encode_abi
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chain import calldata, events, reverts, slots, words
from chain.abi import DEPLOYED, INTERFACE, load
from chain.codec import Entry, listed
from chain.errors import BadCall
from chain.structs import Offer, Portion, Profile, Terms
from chain.types import Log
from registry.kernel.outbox import wire
from tests.unit.chain import strategies

FUNCTIONS = [Entry.of(raw) for raw in load(INTERFACE).entries("function")]
SENT = [Entry.of(raw) for raw in load(INTERFACE).entries("function") if raw["stateMutability"] not in {"view", "pure"}]
EVENTS = load(INTERFACE).entries("event")
# Whatever else a deployed contract may emit: the AccessManager, and what OpenZeppelin's bases declare.
_OTHERS = {raw["name"]: raw for contract in DEPLOYED for raw in load(contract).entries("event")}
ADMINISTRATION = [raw for name, raw in _OTHERS.items() if name not in {raw["name"] for raw in EVENTS}]
ERRORS = {raw["name"]: Entry.of(raw) for name in (INTERFACE, *DEPLOYED) for raw in load(name).entries("error")}
FAST = settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def name(entry: Any) -> str:
    return str(entry["name"] if isinstance(entry, dict) else entry.name)


@pytest.mark.parametrize("entry", FUNCTIONS, ids=name)
@FAST
@given(data=st.data())
def test_calls_go_both_ways(entry: Entry, data: st.DataObject) -> None:
    args = data.draw(strategies.values(entry.inputs))
    encoded = calldata.encode(entry.name, args)
    assert encoded[4:] == encode_abi(entry.types, args)
    assert calldata.encode_wire(entry.name, [wire(value) for value in args]) == encoded
    assert calldata.decode_call(encoded) == (entry.name, listed(args))


@pytest.mark.parametrize("entry", SENT, ids=name)
@FAST
@given(data=st.data())
def test_every_transaction_has_a_gas_limit(entry: Entry, data: st.DataObject) -> None:
    args = [wire(value) for value in data.draw(strategies.values(entry.inputs))]
    assert 100_000 <= calldata.gas_for(entry.name, args) <= 2_000_000


def test_gas_grows_with_the_work() -> None:
    assert calldata.gas_for("redeemMany", [["1"] * 50, ["0x"] * 50]) - calldata.gas_for("redeemMany", [[], []]) == 50 * 40_000
    portion = ["0x", "1", "1"]
    more = calldata.gas_for("issueMany", [[[], []], [[portion], [portion] * 3]]) - calldata.gas_for("issueMany", [[], []])
    assert more == 2 * 200_000 + 4 * 60_000
    for unknown in ("lotOf", "nothing"):
        with pytest.raises(BadCall):
            calldata.gas_for(unknown, [])


@pytest.mark.parametrize(
    ("function", "args"),
    [
        ("nothing", []),
        ("accept", []),
        ("accept", ["0x12"]),
        ("accept", ["-1"]),
        ("accept", [str(2**256)]),
        ("accept", [["1"]]),
        ("redeem", ["1", "0x1234567890"]),
        ("redeem", ["1", "00" * 32]),
        ("setKey", ["nobody", "1", "2", "3"]),
        ("split", ["1", "2", "3"]),
        ("lockForFinancing", ["1", ["2", "3"]]),
        ("pauseProfile", ["1", "maybe"]),
    ],
)
def test_wrong_arguments_are_named(function: str, args: list[Any]) -> None:
    with pytest.raises(BadCall) as caught:
        calldata.encode_wire(function, args)
    assert caught.value.function == function


def test_structs_are_taken_as_they_are() -> None:
    terms = Terms(1, 2, 3, 4, 5, b"\x01" * 32, b"\x02" * 32)
    portion = Portion(b"\x03" * 32, 5, 9)
    encoded = calldata.encode("issue", [terms, [portion]])
    function, args = calldata.decode_call(encoded)
    assert (function, Terms.of(args[0]), [Portion.of(each) for each in args[1]]) == ("issue", terms, [portion])


def _log(raw: dict[str, Any], args: tuple[Any, ...]) -> Log:
    pairs = list(zip(raw["inputs"], args, strict=True))
    topics = [encode_abi([field["type"]], [value]) for field, value in pairs if field["indexed"]]
    entry = Entry.of(raw)
    plain = [(kind, value) for (field, value), kind in zip(pairs, entry.types, strict=True) if not field["indexed"]]
    return Log("0x" + "11" * 20, (entry.hash, *topics), encode_abi([kind for kind, _ in plain], [value for _, value in plain]), 0)


@pytest.mark.parametrize("raw", EVENTS, ids=name)
@FAST
@given(data=st.data())
def test_events_decode(raw: dict[str, Any], data: st.DataObject) -> None:
    args = data.draw(strategies.values(tuple(raw["inputs"])))
    log = _log(raw, args)
    expected = {field["name"]: listed(value) for field, value in zip(raw["inputs"], args, strict=True)}
    assert events.decode(log) == events.Event(raw["name"], expected)
    # A log of another shape is not this event, and no error either.
    assert events.decode(Log(log.address, log.topics[:-1], log.data, 0)) is None
    if log.data:
        assert events.decode(Log(log.address, log.topics, log.data[:-1], 0)) is None


@pytest.mark.parametrize("raw", ADMINISTRATION, ids=name)
@FAST
@given(data=st.data())
def test_administration_decodes(raw: dict[str, Any], data: st.DataObject) -> None:
    args = data.draw(strategies.values(tuple(raw["inputs"])))
    event = events.decode_administration(_log(raw, args))
    assert event is not None
    assert list(event.args.values()) == [
        event.args[field["name"]] for field in sorted(raw["inputs"], key=lambda field: not field["indexed"])
    ]
    assert event.args == {field["name"]: listed(value) for field, value in zip(raw["inputs"], args, strict=True)}


def test_every_event_of_every_deployed_contract_is_one_of_these() -> None:
    assert {"RoleGranted", "OperationScheduled", "AuthorityUpdated"} < set(map(name, ADMINISTRATION))
    hashes = {Entry.of(raw).hash for contract in (INTERFACE, *DEPLOYED) for raw in load(contract).entries("event")}
    assert hashes == {Entry.of(raw).hash for raw in (*EVENTS, *ADMINISTRATION)}


def test_foreign_logs_are_none() -> None:
    assert events.decode(Log("0x" + "11" * 20, (), b"", 0)) is None
    assert events.decode(Log("0x" + "11" * 20, (b"\x01" * 32,), b"", 0)) is None


@pytest.mark.parametrize("entry", [entry for entry in ERRORS.values() if entry.name != reverts.LEG_FAILED], ids=name)
@FAST
@given(data=st.data())
def test_errors_decode(entry: Entry, data: st.DataObject) -> None:
    args = data.draw(strategies.values(entry.inputs))
    assert reverts.decode(entry.encode(args)) == reverts.Refusal(entry.name, dict(zip(entry.names, listed(args), strict=True)))


@pytest.mark.parametrize("entry", ERRORS.values(), ids=name)
@FAST
@given(data=st.data(), index=st.integers(0, 2**256 - 1))
def test_the_refused_one_of_a_list_is_told_with_its_place(entry: Entry, data: st.DataObject, index: int) -> None:
    args = data.draw(strategies.values(entry.inputs))
    inner = entry.encode(args)
    found = reverts.decode(ERRORS[reverts.LEG_FAILED].encode([index, inner]))
    if entry.name == reverts.LEG_FAILED:
        assert found == reverts.Refusal("Unknown", {"data": "0x" + inner.hex(), "leg": index})
    else:
        assert found == reverts.Refusal(entry.name, {**reverts.decode(inner).args, "leg": index})


def test_built_in_and_unknown_reverts() -> None:
    message = bytes.fromhex("08c379a0") + encode_abi(["string"], ["not today"])
    assert reverts.decode(message) == reverts.Refusal("Error", {"message": "not today"})
    assert reverts.decode(bytes.fromhex("4e487b71") + encode_abi(["uint256"], [0x11])) == reverts.Refusal("Panic", {"code": 0x11})
    assert reverts.decode(b"") == reverts.Refusal("Unknown", {"data": "0x"})
    assert reverts.decode(message[:20]) == reverts.Refusal("Unknown", {"data": "0x" + message[:20].hex()})


def test_no_two_errors_share_a_selector() -> None:
    assert len(reverts.errors()) == len(ERRORS) + 2


WORDS = [
    words.PayableWord,
    words.LotWord,
    words.ParticipantWord,
    words.KeyWord,
    words.LimitWord,
    words.InvoiceWord,
    words.RoundWord,
    words.ProfileWord,
]


@pytest.mark.parametrize("kind", WORDS, ids=lambda kind: kind.__name__)
@given(value=st.integers(0, 2**256 - 1))
def test_words_unpack_and_pack(kind: type[words.Word], value: int) -> None:
    unpacked = kind.of(value)
    again = unpacked.pack()
    assert kind.of(again) == unpacked
    assert again & value == again


def test_a_field_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="due"):
        words.PayableWord(1, 1, 2**32, 0, 0, 0, 0, 0).pack()


@given(data=st.data())
def test_profile_words_follow_the_struct(data: st.DataObject) -> None:
    raw = next(raw for raw in load(INTERFACE).entries("function") if raw["name"] == "setProfile")
    profile = Profile.of(data.draw(strategies.value(raw["inputs"][1])))
    word = words.ProfileWord(*(*profile.args()[:-1], profile.smallest_lot % 2**39), 0)
    assert word.rules().args()[:-1] == profile.args()[:-1]


def test_struct_fields_stand_in_the_abis_order() -> None:
    fields = {raw["name"]: raw["inputs"] for raw in load(INTERFACE).entries("function")}
    abi = {
        Terms: fields["issue"][0],
        Portion: fields["issue"][1],
        Offer: fields["makeOffer"][0],
        Profile: fields["setProfile"][1],
    }
    for struct, field in abi.items():
        snake = ["".join("_" + c.lower() if c.isupper() else c for c in part["name"]) for part in field["components"]]
        assert list(struct.__dataclass_fields__) == ["from_time" if part == "from" else part for part in snake]


def test_slots_differ_between_mappings() -> None:
    found = {slots.payable(1), slots.lot(1), slots.participant(1), slots.key("0x" + "00" * 19 + "01"), slots.profile(1)}
    found |= {slots.limit(0, 1), slots.clearing_round(1), slots.frozen(1), slots.recourse(1), slots.consent(1), slots.invoice(1, bytes(32))}
    assert len(found) == 11
