"""The file of a certificate: one canonical form, read strictly. What it says is checked elsewhere (`check`)."""

from dataclasses import dataclass
from typing import Any

from chain import canonical
from chain.certificate import read, words
from chain.certificate.pin import CLIQUE, QBFT, REGISTRY
from chain.errors import BadCertificate
from chain.headers import LATER
from chain.structs import MAX_CHILDREN, Portion, Terms

FORMAT = "tallystick.certificate.v1"
MAX_BYTES = 4_000_000
LOCKS = ("lock", "offer", "financing", "pledge")
_SIZES = {"parentHash": 32, "sha3Uncles": 32, "miner": 20, "stateRoot": 32, "transactionsRoot": 32, "receiptsRoot": 32, "logsBloom": 256}
_SIZES |= {"mixHash": 32, "nonce": 8}
_DIGITS = {"difficulty": 64, "number": 13, "gasLimit": 64, "gasUsed": 64, "timestamp": 9}
# Later than any date; what has a calendar can show it.
_MAX_TIME = 2**36 - 1

_id = read.integer(2**32 - 1)
_number16 = read.integer(2**16 - 1)
_nodes = read.listed(read.data(most=4096), most=100)


def _as_it_is(reader: read.Reader) -> read.Reader:
    """Checks a value and keeps its text: headers are hashed from it."""

    def check(value: Any, where: str) -> str:
        reader(value, where)
        return str(value)

    return check


_block = read.record(
    {name: _as_it_is(read.data(size)) for name, size in _SIZES.items()}
    | {name: _as_it_is(read.quantity(digits)) for name, digits in _DIGITS.items()}
    | {"extraData": _as_it_is(read.data(most=8192))},
    may={name: _as_it_is(read.data(32) if kind == "data" else read.quantity()) for name, kind in LATER},
)
_terms = read.record(
    {
        "obligor": _id,
        "payee": _id,
        "profile": _number16,
        "due": _id,
        "face": read.decimal(72),
        "terms": read.data(32),
        "salt": read.data(32),
    }
)
_step = read.record({"side": read.one_of("left", "right"), "hash": read.data(32)})
_sets = {
    "validators": read.listed(read.address, least=1, most=100),
    "handovers": read.listed(read.listed(_block, least=1, most=1000), most=100),
}
_seal = read.by(
    "scheme",
    {
        REGISTRY: read.record(
            {"scheme": read.one_of(REGISTRY), "signer": read.address, "signed_at": read.integer(_MAX_TIME), "signature": read.data(65)}
        ),
        QBFT: read.record({"scheme": read.one_of(QBFT), **_sets}),
        CLIQUE: read.record({"scheme": read.one_of(CLIQUE), **_sets, "headers": read.listed(_block, most=200)}),
    },
)


def _word_of(kind: str) -> read.Reader:
    return read.record(
        {
            "kind": read.one_of(kind),
            "key": read.text(66),
            "word": read.data(32),
            "fields": read.record({name: read.text(66) for name in words.names(kind)}),
            "proof": _nodes,
        }
    )


_READ = read.record(
    {
        "format": read.one_of(FORMAT),
        "chain_id": read.integer(),
        "genesis": read.data(32),
        "contract": read.address,
        "block": _block,
        "account_proof": _nodes,
        "payable": read.record(
            {
                "id": read.data(20),
                "currency": _number16,
                "terms": _terms,
                "portions": read.listed(read.record({"fingerprint": read.data(32), "amount": read.decimal(72)}), least=1, most=10_000),
            }
        ),
        "lot": read.record({"id": read.data(32), "path": read.listed(read.integer(MAX_CHILDREN - 1), most=255)}),
        "words": read.listed(read.by("kind", {kind: _word_of(kind) for kind in words.KINDS}), least=3, most=50),
        "lock": read.optional(read.record({"kind": read.one_of(*LOCKS), "party": _id, "until": _id})),
        "promise": read.optional(read.text(100_000)),
        "documents": read.listed(
            read.record({"content": read.data(32), "salt": read.data(32), "path": read.listed(_step, most=40)}), most=1000
        ),
        "seal": _seal,
    }
)


@dataclass(frozen=True)
class WordProof:
    """A storage word under the contract's storage root; `fields` are its fields in plain form, by name."""

    kind: str
    key: str
    word: int
    fields: dict[str, str]
    proof: tuple[bytes, ...]


@dataclass(frozen=True)
class DocumentProof:
    """A trade document that is disclosed: SHA-256 of its content, its salt, and the way up to the root."""

    content: bytes
    salt: bytes
    # Side on which the other hash stands, and the hash.
    path: tuple[tuple[str, bytes], ...]


@dataclass(frozen=True)
class Lock:
    """What binds a lot to a party until a time (UTC seconds, inclusive)."""

    kind: str
    party: int
    until: int


@dataclass(frozen=True)
class Certificate:
    """The content of a file. `block` and the headers of a Clique seal are a node's JSON fields."""

    chain_id: int
    genesis: bytes
    contract: str
    block: dict[str, str]
    account_proof: tuple[bytes, ...]
    payable: int
    currency: int
    terms: Terms
    portions: tuple[Portion, ...]
    lot: int
    path: tuple[int, ...]
    words: tuple[WordProof, ...]
    lock: Lock | None
    promise: str | None
    documents: tuple[DocumentProof, ...]
    seal: dict[str, Any]


def parse(content: bytes) -> Certificate:
    """The certificate in a file. BadCertificate for any other form, unknown names included."""
    if len(content) > MAX_BYTES:
        raise BadCertificate(f"it is larger than {MAX_BYTES} bytes", reason="canonical")
    found = _READ(canonical.decode(content), "")
    debt, lock = found["payable"], found["lock"]
    return Certificate(
        chain_id=found["chain_id"],
        genesis=found["genesis"],
        contract=found["contract"],
        block=found["block"],
        account_proof=found["account_proof"],
        payable=int.from_bytes(debt["id"], "big"),
        currency=debt["currency"],
        terms=Terms(**debt["terms"]),
        portions=tuple(Portion(item["fingerprint"], item["amount"], item["amount"]) for item in debt["portions"]),
        lot=int.from_bytes(found["lot"]["id"], "big"),
        path=found["lot"]["path"],
        words=tuple(_word(item) for item in found["words"]),
        lock=None if lock is None else Lock(**lock),
        promise=found["promise"],
        documents=tuple(_document(item) for item in found["documents"]),
        seal=found["seal"],
    )


def _word(item: dict[str, Any]) -> WordProof:
    return WordProof(item["kind"], item["key"], int.from_bytes(item["word"], "big"), item["fields"], item["proof"])


def _document(item: dict[str, Any]) -> DocumentProof:
    return DocumentProof(item["content"], item["salt"], tuple((step["side"], step["hash"]) for step in item["path"]))
