"""Every code that a break can have: how bad it is, and what differs. One table; a report refuses a code that is not in it.

Serious: a claim, money, or what we believe of the chain may be wrong. Minor: a record beside them is.
A new code is a row here and in OPERATIONS.md, a text of the console (texts/checks.py), and a planting in tests/sync/test_check.py.
"""

from typing import NamedTuple

from registry.sync.alarms import Severity

SERIOUS, MINOR = Severity.SERIOUS, Severity.MINOR


class Code(NamedTuple):
    """What a code means. `quick`: a quick check compares all of it too, so it may say that such a break is over."""

    severity: Severity
    meaning: str
    quick: bool = False


CODES: dict[str, Code] = {
    "word_payable": Code(SERIOUS, "a payable of the index and its storage word"),
    "word_round": Code(SERIOUS, "an open clearing round of the index and its storage word"),
    "word_lot": Code(SERIOUS, "a lot of the index and its storage word"),
    "word_frozen": Code(SERIOUS, "the frozen part of a lot of the index and its storage word"),
    "word_recourse": Code(SERIOUS, "who owes recourse for a lot, in the index and in storage"),
    "word_consent": Code(SERIOUS, "the consent that a lot's lock carries, in the index and in storage"),
    "word_participant": Code(SERIOUS, "a participant of the index and its storage word"),
    "word_dossier": Code(SERIOUS, "the commitment to a participant's dossier, in the index and in storage"),
    "word_key": Code(SERIOUS, "a key of the index and its storage word"),
    "word_limit": Code(SERIOUS, "a credit limit of the index and its storage word"),
    "word_invoice": Code(SERIOUS, "an invoice's use in the index and its storage word"),
    "word_profile": Code(SERIOUS, "an instrument profile of the index and its storage word"),
    "index_row": Code(SERIOUS, "a row of the index and the chain's events folded again"),
    "index_block": Code(SERIOUS, "an applied block and the node's"),
    "index_checkpoint": Code(SERIOUS, "the last applied block and the node's block of that number", quick=True),
    "index_digest": Code(SERIOUS, "the digest of the index, as stored or of its rows, and of the chain's events folded again"),
    "index_event": Code(SERIOUS, "a stored event and the node's"),
    "journal_block": Code(SERIOUS, "hash or state root of a block in the journal and of the node"),
    "contract_code": Code(SERIOUS, "code, fixed values or authority of a contract on the chain and as built", quick=True),
    "conservation": Code(SERIOUS, "a payable's face and live lots + redeemed + released + cancelled", quick=True),
    "outstanding": Code(SERIOUS, "what is outstanding on a payable and the sum of its live lots", quick=True),
    "available": Code(SERIOUS, "what is paid in is below zero or above what is outstanding", quick=True),
    "limit_used": Code(SERIOUS, "the used part of a limit and the open payables behind it", quick=True),
    "limit_overdue": Code(SERIOUS, "the number of overdue payables of an obligor and its payables", quick=True),
    "occupation": Code(SERIOUS, "how much of an invoice is used and the payables it backs, or more than its total", quick=True),
    "ledger_claims": Code(SERIOUS, "what the ledger says a holder holds and its live lots", quick=True),
    "ledger_payables": Code(SERIOUS, "what the ledger says an obligor owes and its payables", quick=True),
    "ledger_collections": Code(SERIOUS, "what the ledger says agents hold for holders and what is paid in", quick=True),
    "ledger_entry": Code(SERIOUS, "an entry of the ledger and the one that its event gives"),
    "ledger_unbalanced": Code(SERIOUS, "an entry of the ledger does not sum to zero", quick=True),
    "ledger_chain": Code(SERIOUS, "hash or link of an entry of the ledger; the first one only, all later ones follow"),
    "anchor_ledger": Code(SERIOUS, "an entry of the ledger and the head that the chain anchors for it"),
    "audit_chain": Code(SERIOUS, "the log of acts: an act edited, removed, inserted or moved, or an end that its head or an anchor denies"),
    "outbox_receipt": Code(SERIOUS, "the result of a contract call and its receipt; or one of them is missing"),
    "nonce": Code(MINOR, "the next nonce of a key and the chain's count plus what is on its way", quick=True),
    "nonce_reused": Code(SERIOUS, "two contract calls with the same nonce: one of them can never be mined", quick=True),
    "record_offer": Code(MINOR, "an accepted offer without its transfer on the chain", quick=True),
    "record_financing": Code(SERIOUS, "a completed financing without its event on the chain", quick=True),
    "record_payment": Code(SERIOUS, "a payment's record and the chain: one says recorded, the other does not", quick=True),
    "record_clearing": Code(SERIOUS, "a line of a clearing run and the redemption that the chain has with its receipt", quick=True),
    "record_terms": Code(SERIOUS, "the terms that the obligor's use case wrote and those that the chain issued", quick=True),
    "record_entity": Code(MINOR, "an entity's roles, standing, dossier or verification in its record and on the chain", quick=True),
    "record_key": Code(MINOR, "a signing key of ours that the chain does not know as its entity's", quick=True),
    "record_invoice": Code(MINOR, "the total of an invoice in its record and on the chain", quick=True),
    "record_documents": Code(MINOR, "the documents kept under an offer or a payable and the root that was signed"),
}


def severity(code: str) -> Severity:
    """How bad a break of a code is. One that this version does not know is taken seriously."""
    known = CODES.get(code)
    return known.severity if known else SERIOUS
