"""Ledger, outbox and nonces against what the chain says."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from chain.gateway import ChainGateway
from registry.identity import acts
from registry.kernel import money
from registry.kernel.chaining import AnchorKind
from registry.ledger import repo as ledger_repo
from registry.ledger import service as ledger
from registry.receivables import merkle
from registry.sync import anchors, repo_check, repo_sums
from registry.sync.check.report import Amounts, CheckReport
from registry.sync.check.walk import Walk, lines


def compare_entries(report: CheckReport, session: Session, found: Walk) -> None:
    """Every entry against the one its event gives; the chain of hashes; the trial balance."""
    reversed_ids: set[int] = set()
    posted: dict[int, tuple[str, Any]] = {}
    count = 0
    for entry in ledger_repo.all_entries(session):
        count += 1
        if entry.reverses is not None:
            reversed_ids.add(entry.reverses)
        elif entry.key.startswith("chain:"):
            # A block that was left and came back has posted again under `key#2`.
            posted[entry.id] = (entry.key.partition("#")[0], lines(entry.lines))
    stored = dict(pair for number, pair in posted.items() if number not in reversed_ids)
    report.rows("ledger_entry", expected=found.entries, found=stored)
    for entry, expected in ledger.broken_links(session):
        report.expect("ledger_chain", f"entry:{entry.id}", expected=expected, found=entry.hash)
        break
    report.done("ledger", count)


def compare_sums(report: CheckReport, session: Session) -> None:
    """What must add up or agree within the database."""
    for name in repo_sums.SUMS:
        for item in repo_sums.differences(session, name):
            report.expect(name, item.subject, expected=item.expected, found=item.found, amounts=_amounts(item))
        report.done(name, repo_sums.compared(session, name))
    balance = ledger.trial_balance(session)
    for number, currency, amount in balance.unbalanced:
        report.expect("ledger_unbalanced", f"entry:{number}:{currency}", expected=0, found=amount, amounts=Amounts(0, amount, currency))
    report.done("ledger_unbalanced", len(balance.turnover))


def _amounts(item: repo_sums.Sum) -> Amounts | None:
    if item.currency is None or isinstance(item.expected, dict) or isinstance(item.found, dict):
        return None
    currency = money.alpha_code(int(item.currency)) if item.currency.isdecimal() else item.currency
    return Amounts(item.expected, item.found, currency)


def compare_documents(report: CheckReport, session: Session) -> None:
    """The documents kept under offers and payables against the roots that were signed."""
    kept, roots = repo_check.documents(session), repo_check.document_roots(session)
    report.rows("record_documents", expected=roots, found={subject: merkle.root(items) for subject, items in kept.items()})
    report.done("record_documents", len(roots))


def compare_anchored(report: CheckReport, session: Session) -> None:
    """The log of acts and the ledger against themselves and the heads that the chain anchors."""
    for damage in anchors.damage(session):
        report.expect("audit_chain", f"act:{damage.number}", expected="an unbroken log", found=damage.finding)
    report.done("audit", acts.head(session)[0])
    told = {anchor.number: anchor.head for anchor in anchors.anchors(session) if anchor.kind is AnchorKind.LEDGER}
    stored = repo_check.entry_hashes(session, list(told))
    report.rows("anchor_ledger", expected=_by_entry(told), found=_by_entry(stored))
    report.done("anchors", len(told))


def _by_entry(hashes: Mapping[int, bytes]) -> dict[str, bytes]:
    return {f"entry:{number}": value for number, value in hashes.items()}


def compare_outbox(report: CheckReport, session: Session, found: Walk) -> None:
    """Results of all messages against receipts: nothing lost, nothing twice, nothing believed."""
    compare_receipts(report, repo_check.outbox(session), found.receipts)


def compare_receipts(report: CheckReport, messages: Sequence[Any], receipts: Mapping[bytes, tuple[int, bool]]) -> None:
    """Results of these messages against the block and success of their transactions."""
    for message in messages:
        told = (message.block_number, message.state == "confirmed") if message.state in {"confirmed", "reverted"} else None
        report.expect("outbox_receipt", f"message:{message.id}", expected=receipts.get(message.tx_hash), found=told)
    report.done("outbox", len(messages))


def compare_nonces(report: CheckReport, session: Session, gateway: ChainGateway, *, block: int) -> None:
    """Next nonces against the chain's count as of a block and what was still on its way then; no nonce twice."""
    waiting = repo_check.waiting(session)
    stored = repo_check.nonces(session)
    for address, following in stored.items():
        report.expect("nonce", f"key:{address}", expected=gateway.nonce(address, block) + waiting.get(address, 0), found=following)
    for signer, nonce, times in repo_check.reused_nonces(session):
        report.expect("nonce_reused", f"key:{signer}:{nonce}", expected=1, found=times)
    report.done("nonces", len(stored))
