"""How the contracts come onto a chain: a pure plan with addresses known beforehand, its manifest, and the check of what stands there."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from eth_abi.abi import encode

from chain import calldata, rlp, typed
from chain.abi import DEPLOYED, Artefact, load
from chain.hashing import keccak, word

REGISTRAR_ROLE = 1
# What only a registrar may call, through the AccessManager.
RESTRICTED = (
    "setParticipant",
    "setKey",
    "setProfile",
    "pauseProfile",
    "setLimit",
    "freeze",
    "forceTransfer",
    "suspendRedemption",
    "reversePayment",
    "reopen",
    "anchor",
)
_CREATION_GAS = 15_000_000
_CALL_GAS = 2_000_000
_AUTHORITY_SLOT = "_authority"


@dataclass(frozen=True)
class Step:
    """One transaction of a deployment. `to` None creates the contract `name`."""

    name: str
    to: str | None
    data: bytes
    gas: int


@dataclass(frozen=True)
class Deployment:
    """The transactions of a deployment in order, from one sender with consecutive nonces, and where the contracts will be."""

    chain_id: int
    deployer: str
    first_nonce: int
    registrar: str
    steps: tuple[Step, ...]
    # By contract name.
    addresses: dict[str, str]

    @property
    def contract(self) -> str:
        """The one address that everything else talks to."""
        return self.addresses["Tallystick"]


class CodeReader(Protocol):
    """What the check needs of a gateway."""

    def code(self, address: str) -> bytes:
        """Code at an address."""

    def storage(self, address: str, slot: int) -> bytes:
        """A storage word at the head."""


def created_address(sender: str, nonce: int) -> str:
    """Where a contract comes to stand that `sender` creates with `nonce`."""
    return "0x" + keccak(rlp.encode([bytes.fromhex(sender[2:]), rlp.number(nonce)]))[12:].hex()


def plan(deployer: str, *, chain_id: int, nonce: int = 0, registrar: str | None = None) -> Deployment:
    """The deployment by `deployer`, who administers roles afterwards; `registrar` (by default the deployer) gets the registrar's role."""
    holder = registrar or deployer
    addresses = {name: created_address(deployer, nonce + place) for place, name in enumerate(DEPLOYED)}
    steps = [_creation(name, deployer, addresses) for name in DEPLOYED]
    selectors = [calldata.functions()[name].selector for name in RESTRICTED]
    manager = addresses["AccessManager"]
    for function, args in (
        ("setTargetFunctionRole", [addresses["Tallystick"], selectors, REGISTRAR_ROLE]),
        ("grantRole", [REGISTRAR_ROLE, holder, 0]),
    ):
        steps.append(Step(function, manager, calldata.encode(function, args, contract="AccessManager"), _CALL_GAS))
    return Deployment(chain_id, deployer, nonce, holder, tuple(steps), addresses)


def _creation(name: str, deployer: str, addresses: dict[str, str]) -> Step:
    if name == "AccessManager":
        arguments = [deployer]
    elif name == "Reads":
        arguments = [addresses["AccessManager"]]
    else:
        arguments = [addresses["AccessManager"], addresses[_extension(name)]]
    return Step(name, None, load(name).bytecode + encode(["address"] * len(arguments), arguments), _CREATION_GAS)


def _extension(name: str) -> str:
    """Who answers what contract `name` does not: the one created before it."""
    return DEPLOYED[DEPLOYED.index(name) - 1]


def manifest(deployment: Deployment) -> dict[str, Any]:
    """What an installation keeps of its deployment, as JSON."""
    return {
        "chain_id": deployment.chain_id,
        "contract": deployment.contract,
        "deployer": deployment.deployer,
        "registrar": deployment.registrar,
        "addresses": deployment.addresses,
        "source_hash": load("Tallystick").source_hash,
    }


def verify_code(gateway: CodeReader, manifest: dict[str, Any]) -> list[str]:
    """What is wrong with the code at the manifest's addresses, one sentence each; empty when all stands as built.

    Code is compared byte for byte with the artefacts. Immutables must be values that this deployment explains: the extension, and
    the contract's own EIP-712 domain.
    """
    addresses, chain_id = manifest["addresses"], int(manifest["chain_id"])
    wrong = [found for name in DEPLOYED for found in _differences(gateway, name, addresses=addresses, chain_id=chain_id)]
    authority = gateway.storage(addresses["Tallystick"], load("Tallystick").slots[_AUTHORITY_SLOT])
    if "0x" + authority[12:].hex() != addresses["AccessManager"]:
        wrong.append(f"Tallystick: its authority is 0x{authority[12:].hex()}, not {addresses['AccessManager']}")
    return wrong


def _differences(gateway: CodeReader, name: str, *, addresses: dict[str, str], chain_id: int) -> Iterable[str]:
    artefact, address = load(name), addresses[name]
    code = gateway.code(address)
    if not code:
        return [f"{name}: no code at {address}"]
    if _masked(code, artefact) != artefact.runtime:
        return [f"{name}: the code at {address} is not what was built"]
    found = {code[start : start + size] for start, size in artefact.immutables}
    explained = _immutables(name, addresses=addresses, chain_id=chain_id)
    # AccessManager has none; of the others only the extension decides what runs.
    missing = name not in {"AccessManager", "Reads"} and _padded(addresses[_extension(name)]) not in found
    if missing or not found <= explained:
        return [f"{name}: an immutable at {address} is not this deployment's"]
    return []


def _masked(code: bytes, artefact: Artefact) -> bytes:
    """The code with zeros where immutables stand, as the compiler leaves it."""
    masked = bytearray(code)
    for start, size in artefact.immutables:
        masked[start : start + size] = bytes(size)
    return bytes(masked)


def _padded(address: str) -> bytes:
    return bytes.fromhex(address[2:]).rjust(32, b"\0")


def _immutables(name: str, *, addresses: dict[str, str], chain_id: int) -> set[bytes]:
    """Every value that an immutable of the contract may have."""
    address = addresses[name]
    short = {text.encode().ljust(31, b"\0") + bytes((len(text),)) for text in (typed.NAME, typed.VERSION)}
    hashed = {keccak(text.encode()) for text in (typed.NAME, typed.VERSION)}
    own = {word(chain_id), _padded(address), typed.domain_separator(chain_id, address)}
    extension = set() if name in {"AccessManager", "Reads"} else {_padded(addresses[_extension(name)])}
    return short | hashed | own | extension
