"""Every table of every context, under one metadata."""

from sqlalchemy import MetaData

import registry.funding.tables
import registry.identity.tables
import registry.kernel.tables
import registry.ledger.tables
import registry.receivables.tables
import registry.sync.tables  # noqa: F401
from registry.kernel.db import Base

METADATA: MetaData = Base.metadata
