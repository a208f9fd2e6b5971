"""The registry's crash points: every place where the process may die between two steps that belong together (see `chain.crash`).

Every commit stands between two of them; a test looks for commits that don't.
"""

from enum import StrEnum

from chain.crash import point

__all__ = ["Point", "point"]


class Point(StrEnum):
    """Where. Named for what has just been done."""

    # The schema is brought up to date, not committed.
    SCHEMA_WRITTEN = "schema.written"
    # It is committed; the service has no installation in it yet, or not looked.
    SCHEMA_COMMITTED = "schema.committed"
    # The installation's row is made or read, not committed.
    INSTALLATION_WRITTEN = "installation.written"
    # It is committed; no chain was started.
    INSTALLATION_COMMITTED = "installation.committed"
    # Everything of a unit of work is written, not committed: a use case, or a step of the sync.
    UNIT_WRITTEN = "unit.written"
    # It is committed; whoever asked for it was not told.
    UNIT_COMMITTED = "unit.committed"
    # Nonces and signed bytes are written, not committed.
    SUBMIT_SIGNING = "submit.signing"
    # They are committed; nothing was sent.
    SUBMIT_SIGNED = "submit.signed"
    # The node has them; nobody has looked at receipts.
    SUBMIT_SENT = "submit.sent"
    # A block is written to the journal, not committed.
    JOURNAL_APPENDING = "journal.appending"
    # The block stands in the journal; the node has not seen it.
    JOURNAL_APPENDED = "journal.appended"
    # The node has mined it; the journal does not know its hash.
    JOURNAL_MINED = "journal.mined"
    # Its hash is written to the journal, not committed.
    JOURNAL_COMPLETING = "journal.completing"
    # The journal knows its hash; the index has not seen it.
    JOURNAL_COMPLETED = "journal.completed"
    # Blocks are read and folded; the index has written nothing.
    INDEX_READ = "index.read"
    # Entries and their postings are written to the ledger; the checkpoint has not moved.
    LEDGER_POSTED = "ledger.posted"
    # Everything of the blocks is written, not committed.
    INDEX_WRITTEN = "index.written"
    # It is committed; nobody was told.
    INDEX_COMMITTED = "index.committed"
    # A rewind is written, not committed.
    REWIND_WRITTEN = "rewind.written"
    # It is committed; the new branch is not read.
    REWIND_COMMITTED = "rewind.committed"
    # The contracts are on the chain; the installation does not know.
    DEPLOY_SENT = "deploy.sent"
    # The manifest is stored.
    DEPLOY_RECORDED = "deploy.recorded"
    # A certificate's block, proofs and documents are together; nothing is signed.
    CERTIFICATE_PROVEN = "certificate.proven"
    # It is signed and assembled; nobody has it.
    CERTIFICATE_SIGNED = "certificate.signed"
