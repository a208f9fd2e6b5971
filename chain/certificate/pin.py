"""The trust root that a verifier got once, from elsewhere: which chain, which contract, and whose keys stand for its blocks."""

from dataclasses import dataclass
from typing import Any

from chain import canonical
from chain.certificate import read
from chain.errors import BadCertificate

FORMAT = "tallystick.pin.v1"
REGISTRY, QBFT, CLIQUE = "registry", "qbft", "clique"
_BLANKS = b" \t\r\n"
_READ = read.record(
    {
        "format": read.one_of(FORMAT),
        "chain_id": read.integer(),
        "genesis": read.data(32),
        "contract": read.address,
        "scheme": read.one_of(REGISTRY, QBFT, CLIQUE),
        "keys": read.listed(read.address, least=1, most=100),
    }
)


@dataclass(frozen=True)
class Pin:
    """`keys`: the registry's one key, or the addresses of all validators in ascending order."""

    chain_id: int
    genesis: bytes
    contract: str
    scheme: str
    keys: tuple[str, ...]

    @classmethod
    def of(cls, content: bytes) -> "Pin":
        """From a file; blanks around it are no matter. BadCertificate when it is no pin."""
        try:
            found: dict[str, Any] = _READ(canonical.decode(content.strip(_BLANKS)), "")
        except BadCertificate as error:
            raise BadCertificate(f"the pin: {error}", reason="pin") from error
        keys = found["keys"]
        if list(keys) != sorted(set(keys)) or (found["scheme"] == REGISTRY and len(keys) != 1):
            raise BadCertificate("the pin's keys: one for a registry, validators in ascending order", reason="pin")
        return cls(found["chain_id"], found["genesis"], found["contract"], found["scheme"], keys)

    def encode(self) -> bytes:
        """The file's content."""
        return canonical.encode(self.document())

    def document(self) -> dict[str, Any]:
        """The same as JSON values."""
        return {
            "format": FORMAT,
            "chain_id": self.chain_id,
            "genesis": "0x" + self.genesis.hex(),
            "contract": self.contract,
            "scheme": self.scheme,
            "keys": list(self.keys),
        }
