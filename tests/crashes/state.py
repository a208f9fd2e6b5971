"""The final state of an installation in words that two runs share: claims, records, ledger, chain words, each thing named by what it is
about and not by what chance gave it (salts, keys, and the ids and hashes that follow from them)."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any, NamedTuple

from sqlalchemy import Engine, select, text
from sqlalchemy.orm import Session

from chain.gateway import ChainGateway
from chain.words import KeyWord, ParticipantWord
from registry.sync import check, mirror
from registry.sync.check import words
from registry.sync.tables import ChainEvent

State = Counter[tuple[Any, ...]]
# Columns that follow from salts and keys, and numbers of blocks: a block more or less changes nothing for anybody.
_CHANCE = {"terms", "salt", "portions", "issued_block", "dossier", "account", "address", "fingerprint", "consent"}
# What stands in the database and follows from no salt: rows are compared as they are.
_ROWS = {
    "entity": "select id, roles, status, country from entities",
    "account": "select entity_id, currency, closed_at is null from bank_accounts",
    "import": "select entity_id, kind, read, accepted, refused from imports",
    "invoice": "select entity_id, seller_id, currency, total, issue_date, due_date from invoices",
    "terms": "select count(*) from payable_terms",
    "document": "select entity_id, media_type, split_part(subject, ':', 1) from documents",
    "statement": "select entity_id, kind from statements",
    "consent": "select entity_id, split_part(subject, ':', 1), sequence, amount from agent_consents",
    "write": "select entity_id, key from idempotency_records",
    # What was tried while the database was away is logged too, and tried again.
    "act": "select entity_id, act, split_part(subject, ':', 1) from acts where outcome <> 'unavailable'",
    # Anchors are dropped by the clock: a run that takes longer has more of them.
    "call": "select entity_id, function, state, error from outbox where function <> 'anchor'",
    "mined twice": "select t from chain_journal, unnest(transactions) t group by t having count(*) > 1",
    "balance": "select a.entity_id, a.kind, a.currency, sum(p.amount) from accounts a join postings p on p.account_id = a.id"
    " group by 1, 2, 3",
}
_CLAIM_ROWS = {
    "offer": "select lot_id, child, entity_id, recipient, version, amount, kind, on_chain, state from offers",
    "financing": "select lot_id, entity_id, funder, kind, amount, price, state from financings",
    "payment": "select payable_id, entity_id, sequence, amount, state from payments",
    "clearing": "select payable_id, entity_id, round, base, payment from clearing_runs",
    "line": "select lot_id, holder, payee, base, amount, deposit from clearing_lines",
    "step": "select payable_id, lot_id, child_id, kind, sender, recipient, amount, at from lot_moves",
    "entry": "select e.subject, e.kind, e.occurred_at, a.entity_id, a.kind, a.currency, p.amount from entries e"
    " join postings p on p.entry_id = e.id join accounts a on a.id = p.account_id",
}


class Difference(NamedTuple):
    """What a run has less and more than the run that was never killed."""

    lost: State
    doubled: State


def compare(expected: State, found: State) -> Difference:
    """A thing that has changed is lost as it was and doubled as it is."""
    return Difference(expected - found, found - expected)


def collect(engine: Engine, gateway: ChainGateway, contract: str) -> State:
    """Everything that must come out the same."""
    with Session(engine) as session:
        names = _names(session)
        found: State = Counter()
        for kind, query in _ROWS.items():
            found.update((kind, *map(_plain, row)) for row in session.execute(text(query)))
        for kind, query in _CLAIM_ROWS.items():
            found.update((kind, *(_plain(names.get(value, value)) for value in row)) for row in session.execute(text(query)))
        found.update(_mirrored(session, names))
        events = session.scalars(select(ChainEvent).where(ChainEvent.name != "Anchored"))
        found.update(("event", row.name, names.get(row.payable_id or "", "")) for row in events)
        found.update(_words(session, gateway, contract, names=names))
    return found


def _names(session: Session) -> dict[str, str]:
    """Ids and subjects of claims, by what they stand on: invoices by their totals, lots by their path."""
    marks = {"0x" + row.fingerprint.hex(): str(row.total) for row in session.execute(text("select fingerprint, total from invoices"))}
    names = {}
    for row in session.execute(text("select id, portions from payables")):
        name = "claim of " + "+".join(sorted(marks[mark] for mark, _, _ in row.portions))
        names |= {row.id: name, f"payable:{row.id}": name}
    parents = {row.id: row for row in session.execute(text("select id, payable_id, parent_id, child_index from lots"))}
    for lot, row in parents.items():
        path, at = "", row
        while at.parent_id is not None:
            path, at = f"/{at.child_index}{path}", parents[at.parent_id]
        names |= {lot: f"{names[at.payable_id]}{path or '/'}", f"lot:{lot}": f"{names[at.payable_id]}{path or '/'}"}
    return names


def _mirrored(session: Session, names: dict[str, str]) -> Iterator[tuple[Any, ...]]:
    for table in mirror.TABLES.values():
        for row in session.execute(select(table)).mappings():
            yield (table.name, *(_plain(names.get(value, value)) for name, value in row.items() if name not in _CHANCE))


def _words(session: Session, gateway: ChainGateway, contract: str, *, names: dict[str, str]) -> Iterator[tuple[Any, ...]]:
    """The contract's storage words, read from the node."""
    for name, expected in words.EXPECTED.items():
        rows = session.execute(select(mirror.TABLES[name])).mappings()
        items = [item for row in rows for item in expected({**row})]
        for (code, subject, _, word), raw in zip(items, _read(gateway, contract, items), strict=True):
            if code in {"word_dossier", "word_consent"}:
                yield code, names.get(subject, subject), any(raw)
            elif code == "word_invoice":
                yield code, raw.hex()
            elif isinstance(word, KeyWord | ParticipantWord):
                fields = asdict(type(word).of(int.from_bytes(raw, "big")))
                yield code, *(value for field, value in fields.items() if field not in _CHANCE)
            else:
                yield code, names.get(subject, subject), raw.hex()


def _read(gateway: ChainGateway, contract: str, items: Iterable[words.Expected]) -> list[bytes]:
    return gateway.storages(contract, [slot for _, _, slot, _ in items])


def _plain(value: Any) -> Any:
    return value if isinstance(value, int | str | None) else str(value)


def breaks(report: check.CheckReport) -> list[str]:
    """What the check names."""
    return [f"{each.code} {each.subject}" for each in report.breaks]
