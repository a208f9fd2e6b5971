"""Named crash points: every place where the process may die between two steps that belong together.

Tests kill the process at each member of `Point`, so a new member is tested without being listed anywhere. In service nothing happens here.
TALLYSTICK_CRASH_AT=submit.signed dies at the first visit, submit.signed:3 at the third.
"""

import os
from enum import StrEnum


class Point(StrEnum):
    """Where. Named for what has just been done."""

    # Nonces and signed bytes are written, not committed.
    SUBMIT_SIGNING = "submit.signing"
    # They are committed; nothing was sent.
    SUBMIT_SIGNED = "submit.signed"
    # The node has them; nobody has looked at receipts.
    SUBMIT_SENT = "submit.sent"
    # The block stands in the journal; the node has not seen it.
    JOURNAL_APPENDED = "journal.appended"
    # The node has mined it; the journal does not know its hash.
    JOURNAL_MINED = "journal.mined"
    # The journal knows its hash; the index has not seen it.
    JOURNAL_COMPLETED = "journal.completed"
    # Blocks are read and folded; the index has written nothing.
    INDEX_READ = "index.read"
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


ENVIRONMENT = "TALLYSTICK_CRASH_AT"
_visits: dict[Point, int] = {}


def point(name: Point) -> None:
    """Dies here, as if by SIGKILL, when the environment says so."""
    wanted, _, visit = os.environ.get(ENVIRONMENT, "").partition(":")
    if wanted != name:
        return
    _visits[name] = _visits.get(name, 0) + 1
    if _visits[name] == int(visit or 1):
        os._exit(137)
