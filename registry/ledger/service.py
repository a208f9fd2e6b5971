"""Posting, reversing and reading the ledger. Corrections are reversals; nothing is ever changed."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from sqlalchemy.orm import Session

from registry.kernel import crash
from registry.ledger import chain_hash, repo
from registry.ledger.postings import Draft, Line
from registry.ledger.repo import Balance, StoredEntry


class TrialBalance(NamedTuple):
    """Sums per currency, and entries that don't balance. Clean: debits equal credits and no entry is listed."""

    turnover: dict[str, tuple[int, int]]
    unbalanced: list[tuple[int, str, int]]

    @property
    def zero(self) -> bool:
        """Whether everything sums to zero."""
        return not self.unbalanced and all(debit == credit for debit, credit in self.turnover.values())


def post(session: Session, drafts: Sequence[Draft], *, unposted: bool = False) -> int:
    """Appends entries in the caller's transaction; those whose key is posted already are left out. Returns how many were new.

    `unposted`: the caller knows that none is; if one was all the same, the database refuses.
    """
    return _append(session, [(draft, None) for draft in drafts], look=not unposted)


def reverse(session: Session, entries: Sequence[StoredEntry], *, reason: str) -> int:
    """Appends the mirror image of each entry, latest first. An entry is reversed once at most. `reason` becomes the kind."""
    drafts = []
    for entry in sorted(entries, key=lambda entry: -entry.id):
        lines = tuple(Line(line.entity, line.kind, line.currency, -line.amount) for line in entry.lines)
        draft = Draft(f"reversal:{entry.id}", reason, entry.subject, entry.at, lines, entry.block_number)
        drafts.append((draft, entry.id))
    return _append(session, drafts, look=True)


def reverse_blocks(session: Session, from_block: int) -> int:
    """Reverses what blocks from this number on have posted: they are no longer part of the chain."""
    undone = repo.entries(session, from_block=from_block, limit=2**31)
    return reverse(session, undone, reason="Rewound")


def anew(session: Session, drafts: Sequence[Draft], *, from_block: int) -> Sequence[Draft]:
    """Drafts of blocks from this number on. A block that was left and is back posts again, as `key#2`: its first entry is reversed."""
    if not drafts or not repo.rewound(session, from_block):
        return drafts
    while known := repo.known_keys(session, [draft.key for draft in drafts]):
        drafts = [replace(draft, key=_next(draft.key)) if draft.key in known else draft for draft in drafts]
    return drafts


def _next(key: str) -> str:
    base, _, times = key.partition("#")
    return f"{base}#{int(times or 1) + 1}"


def trial_balance(session: Session) -> TrialBalance:
    """Sums of all postings per currency, and the entries that don't balance."""
    return TrialBalance(repo.turnover(session), repo.unbalanced(session))


def balances(session: Session, entity: int | None = None, *, up_to: int | None = None) -> list[Balance]:
    """What stands on the accounts of an entity, or of all; `up_to`: what stood there after that block."""
    return repo.balances(session, entity=entity, up_to=up_to)


def entries_about(session: Session, subject: str, *, after: int = 0, limit: int = 100) -> list[StoredEntry]:
    """Entries about "payable:0x.." or another subject, oldest first."""
    return repo.entries(session, subject=subject, after=after, limit=limit)


def broken_links(session: Session) -> Iterator[tuple[StoredEntry, bytes]]:
    """Entries whose hash or link is not what their content and the entry before give, with the hash they should have."""
    previous, number = chain_hash.START, 0
    for entry in repo.all_entries(session):
        expected = _hash(previous, entry)
        if entry.id != number + 1 or entry.previous_hash != previous or entry.hash != expected:
            yield entry, expected
        previous, number = entry.hash, entry.id


def _append(session: Session, drafts: Sequence[tuple[Draft, int | None]], *, look: bool) -> int:
    if not drafts:
        return 0
    repo.lock_chain(session)
    known = repo.known_keys(session, [draft.key for draft, _ in drafts]) if look else set()
    number, previous = repo.last(session) or (0, chain_hash.START)
    entries = []
    for draft, reverses in drafts:
        if draft.key in known:
            continue
        known.add(draft.key)
        number += 1
        head = (draft.key, draft.kind, draft.subject, draft.at, draft.block_number, reverses)
        digest = chain_hash.entry_hash(previous, number, head=head, lines=draft.lines)
        entries.append(StoredEntry(number, *head, previous, digest, draft.lines))
        previous = digest
    accounts = repo.account_ids(session, ((line.entity, str(line.kind), line.currency) for entry in entries for line in entry.lines))
    repo.append(session, entries, accounts)
    crash.point(crash.Point.LEDGER_POSTED)
    return len(entries)


def _hash(previous: bytes, entry: StoredEntry) -> bytes:
    head = (entry.key, entry.kind, entry.subject, entry.at, entry.block_number, entry.reverses)
    return chain_hash.entry_hash(previous, entry.id, head=head, lines=entry.lines)
