"""The deployed code needs nothing that a node by the rules of berlin lacks, and reads nothing that producers of blocks choose freely."""

from collections.abc import Iterator

import pytest
from eth.vm.forks.berlin.opcodes import BERLIN_OPCODES

from chain.abi import DEPLOYED, load

_JUMPDEST, _PUSH1, _PUSH32, _INVALID = 0x5B, 0x60, 0x7F, 0xFE
# The hash, producer and randomness of a block, and the fee that berlin has not.
CHOSEN_BY_PRODUCERS = {0x40: "BLOCKHASH", 0x41: "COINBASE", 0x44: "DIFFICULTY", 0x48: "BASEFEE"}
CODE_LIMIT = 20_000


def opcodes(code: bytes) -> Iterator[tuple[int, int]]:
    """Place and number of each instruction. A machine jumps only to a JUMPDEST that this walk meets, so it runs nothing else."""
    at = 0
    while at < len(code):
        opcode = code[at]
        yield at, opcode
        at += 2 + opcode - _PUSH1 if _PUSH1 <= opcode <= _PUSH32 else 1


def pushed(code: bytes) -> Iterator[int]:
    """The numbers that instructions push."""
    for at, opcode in opcodes(code):
        if _PUSH1 <= opcode <= _PUSH32:
            yield int.from_bytes(code[at + 1 : at + 2 + opcode - _PUSH1], "big")


def foreign(code: bytes) -> list[str]:
    """Instructions that the code must not have."""
    found = [(at, opcode) for at, opcode in opcodes(code) if opcode not in BERLIN_OPCODES and opcode != _INVALID]
    return [f"0x{opcode:02x} at {at}" for at, opcode in found] + [
        f"{CHOSEN_BY_PRODUCERS[opcode]} at {at}" for at, opcode in opcodes(code) if opcode in CHOSEN_BY_PRODUCERS
    ]


@pytest.mark.parametrize("name", DEPLOYED)
def test_code_runs_by_the_rules_of_berlin(name: str) -> None:
    artefact = load(name)
    assert foreign(artefact.runtime) == []
    # Creation code is its own instructions, the runtime code that it copies, and behind that two constants at most.
    start = artefact.bytecode.index(artefact.runtime)
    end = start + len(artefact.runtime)
    assert foreign(artefact.bytecode[:end]) == []
    inner = [(at - start, opcode) for at, opcode in opcodes(artefact.bytecode) if start <= at < end]
    assert inner == list(opcodes(artefact.runtime))
    assert len(artefact.bytecode) - end <= 64
    # No number that the constructor pushes is a place in the constants where a jump could land.
    landings = {at for at, opcode in opcodes(artefact.bytecode) if at >= end and opcode == _JUMPDEST}
    assert landings.isdisjoint(pushed(artefact.bytecode[:start]))


@pytest.mark.parametrize("name", DEPLOYED)
def test_code_is_small(name: str) -> None:
    assert 0 < len(load(name).runtime) < CODE_LIMIT


@pytest.mark.parametrize(
    ("code", "named"),
    [
        ("5f", ["0x5f at 0"]),  # PUSH0, shanghai
        ("6001485c", ["0x48 at 2", "0x5c at 3", "BASEFEE at 2"]),  # BASEFEE, london; TLOAD, cancun
        ("5e", ["0x5e at 0"]),  # MCOPY, cancun
        ("1e", ["0x1e at 0"]),  # CLZ, osaka
        ("604844", ["DIFFICULTY at 2"]),  # a number pushed is no instruction
        ("7f" + "48" * 32 + "00", []),
    ],
)
def test_newer_instructions_are_seen_and_data_is_not(code: str, named: list[str]) -> None:
    assert foreign(bytes.fromhex(code)) == named
