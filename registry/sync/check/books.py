"""Ledger, outbox and nonces against what the chain says."""

from collections import Counter
from typing import Any

from sqlalchemy.orm import Session

from chain.gateway import ChainGateway
from registry.ledger import repo as ledger_repo
from registry.ledger import service as ledger
from registry.sync import repo_check
from registry.sync.check.report import CheckReport
from registry.sync.check.walk import Walk, lines


def compare_entries(report: CheckReport, session: Session, found: Walk) -> None:
    """Every entry against the one its event gives; the chain of hashes; the trial balance."""
    stored: dict[str, Any] = {}
    reversed_ids: set[int] = set()
    keys: dict[int, str] = {}
    count = 0
    for entry in ledger_repo.all_entries(session):
        count += 1
        if entry.reverses is not None:
            reversed_ids.add(entry.reverses)
        elif entry.key.startswith("chain:"):
            keys[entry.id] = entry.key
            stored[entry.key] = lines(entry.lines)
    for number in reversed_ids & set(keys):
        del stored[keys[number]]
    report.rows("ledger_entry", expected=found.entries, found=stored)
    for entry, expected in ledger.broken_links(session):
        report.expect("ledger_chain", f"entry:{entry.id}", expected=expected, found=entry.hash)
        break
    for number, currency, amount in ledger.trial_balance(session).unbalanced:
        report.expect("ledger_unbalanced", f"entry:{number}:{currency}", expected=0, found=amount)
    report.done("ledger", count)


def compare_sums(report: CheckReport, session: Session) -> None:
    """What must add up within the database."""
    for name in repo_check.SUMS:
        for item in repo_check.differences(session, name):
            report.expect(name, item.subject, expected=item.expected, found=item.found)
        report.done(name, repo_check.compared(session, name))


def compare_outbox(report: CheckReport, session: Session, found: Walk) -> None:
    """Results of messages against receipts: nothing lost, nothing twice, nothing believed."""
    messages = repo_check.outbox(session)
    for message in messages:
        receipt = found.receipts.get(message.tx_hash)
        told = (message.block_number, message.state == "confirmed") if message.state in {"confirmed", "reverted"} else None
        report.expect("outbox_receipt", f"message:{message.id}", expected=receipt, found=told)
    used = Counter((message.signer, message.nonce) for message in messages)
    for (signer, nonce), times in used.items():
        report.expect("nonce_reused", f"key:{signer}:{nonce}", expected=1, found=times)
    report.done("outbox", len(messages))


def compare_nonces(report: CheckReport, session: Session, gateway: ChainGateway) -> None:
    """Next nonces against the chain's count and what is still on its way."""
    messages = repo_check.outbox(session)
    waiting = Counter(message.signer for message in messages if message.state == "signed")
    stored = repo_check.nonces(session)
    for address, following in stored.items():
        report.expect("nonce", f"key:{address}", expected=gateway.nonce(address) + waiting[address], found=following)
    report.done("nonces", len(stored))
