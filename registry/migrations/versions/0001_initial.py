"""All tables of the first release. Written by registry.migrations.regenerate."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

APPEND_ONLY = ("acts", "break_changes", "entries", "postings")


def upgrade() -> None:  # noqa: PLR0915 - written by a program
    op.execute("set local lock_timeout = '5s'")
    op.create_table(
        "accounts",
        sa.Column("id", sa.BigInteger(), autoincrement=True, nullable=False),
        sa.Column("entity_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("entity_id", "kind", "currency", name=op.f("uq_accounts_entity_id_kind_currency")),
    )
    op.create_table(
        "act_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("latest", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_act_head_single_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_act_head")),
    )
    op.create_table(
        "acts",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entity_id", sa.BigInteger(), nullable=False),
        sa.Column("via", sa.String(), nullable=False),
        sa.Column("act", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("request_id", sa.String(), nullable=False),
        sa.Column("detail", postgresql.JSONB(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_acts")),
    )
    op.create_index(op.f("ix_acts_entity_id"), "acts", ["entity_id"], unique=False)
    op.create_table(
        "agent_consents",
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("entity_id", sa.BigInteger(), nullable=False),
        sa.Column("payable_id", sa.String(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=30, scale=0), nullable=False),
        sa.Column("receipt", sa.LargeBinary(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_agent_consents")),
    )
    op.create_index(op.f("ix_agent_consents_entity_id"), "agent_consents", ["entity_id"], unique=False)
    op.create_index(op.f("ix_agent_consents_payable_id"), "agent_consents", ["payable_id"], unique=False)
    op.create_table(
        "alarms",
        sa.Column("alarm", sa.String(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("detail", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("alarm", name=op.f("pk_alarms")),
    )
    op.create_table(
        "api_keys",
        sa.Column("id", sa.BigInteger(), autoincrement=True, nullable=False),
        sa.Column("entity_id", sa.BigInteger(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("prefix", sa.String(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_keys")),
        sa.UniqueConstraint("hash", name=op.f("uq_api_keys_hash")),
    )
    op.create_index(op.f("ix_api_keys_entity_id"), "api_keys", ["entity_id"], unique=False)
    op.create_table(
        "breaks",
        sa.Column("id", sa.BigInteger(), autoincrement=True, nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("expected", sa.String(), nullable=False),
        sa.Column("found", sa.String(), nullable=False),
        sa.Column("figures", sa.LargeBinary(), nullable=False),
        sa.Column("currency", sa.String(), nullable=True),
        sa.Column("expected_minor", sa.Numeric(precision=30, scale=0), nullable=True),
        sa.Column("found_minor", sa.Numeric(precision=30, scale=0), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=True),
        sa.Column("owner_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("first_seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("state in ('open', 'explained', 'resolved')", name=op.f("ck_breaks_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_breaks")),
    )
    op.create_index(op.f("ix_breaks_subject"), "breaks", ["subject"], unique=False)
    op.create_index("uq_breaks_standing", "breaks", ["code", "subject"], unique=True, postgresql_where=sa.text("state <> 'resolved'"))
    op.create_table(
        "cancellation_consents",
        sa.Column("payable_id", sa.String(), nullable=False),
        sa.Column("entity_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("payable_id", name=op.f("pk_cancellation_consents")),
    )
    op.create_index(op.f("ix_cancellation_consents_entity_id"), "cancellation_consents", ["entity_id"], unique=False)
    op.create_table(
        "chain_blocks",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("parent_hash", sa.LargeBinary(), nullable=False),
        sa.Column("timestamp", sa.BigInteger(), nullable=False),
        sa.Column("undo", postgresql.JSONB(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_chain_blocks")),
        sa.UniqueConstraint("hash", name=op.f("uq_chain_blocks_hash")),
    )
    op.create_table(
        "chain_events",
        sa.Column("block_number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("log_index", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("block_hash", sa.LargeBinary(), nullable=False),
        sa.Column("tx_hash", sa.LargeBinary(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("args", postgresql.JSONB(), nullable=False),
        sa.Column("payable_id", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("block_number", "log_index", name=op.f("pk_chain_events")),
    )
    op.create_index(op.f("ix_chain_events_payable_id"), "chain_events", ["payable_id"], unique=False)
    op.create_table(
        "chain_journal",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("timestamp", sa.BigInteger(), nullable=False),
        sa.Column("transactions", postgresql.ARRAY(postgresql.BYTEA()), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=True),
        sa.Column("state_root", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_chain_journal")),
    )
    op.create_table(
        "check_runs",
        sa.Column("id", sa.BigInteger(), autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("entity_id", sa.BigInteger(), nullable=False),
        sa.Column("via", sa.String(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("block_number", sa.BigInteger(), nullable=True),
        sa.Column("compared", sa.BigInteger(), nullable=False),
        sa.Column("found", sa.Integer(), nullable=False),
        sa.Column("opened", sa.Integer(), nullable=False),
        sa.Column("resolved", sa.Integer(), nullable=False),
        sa.Column("passes", postgresql.JSONB(), nullable=False),
        sa.Column("failure", sa.String(), nullable=True),
        sa.CheckConstraint("kind in ('full', 'quick')", name=op.f("ck_check_runs_kind")),
        sa.CheckConstraint("state in ('requested', 'running', 'done', 'failed')", name=op.f("ck_check_runs_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_check_runs")),
    )
    op.create_index(op.f("ix_check_runs_state"), "check_runs", ["state"], unique=False)
    op.create_table(
        "checkpoint",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("final", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_checkpoint_single_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checkpoint")),
    )
    op.create_table(
        "clearing_runs",
        sa.Column("id", sa.BigInteger(), autoincrement=True, nullable=False),
        sa.Column("entity_id", sa.BigInteger(), nullable=False),
        sa.Column("obligor", sa.BigInteger(), nullable=False),
        sa.Column("payable_id", sa.String(), nullable=False),
        sa.Column("block_number", sa.BigInteger(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("base", sa.Numeric(precision=30, scale=0), nullable=False),
        sa.Column("payment", sa.Numeric(precision=30, scale=0), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clearing_runs")),
    )
    op.create_index(op.f("ix_clearing_runs_entity_id"), "clearing_runs", ["entity_id"], unique=False)
    op.create_index(op.f("ix_clearing_runs_obligor"), "clearing_runs", ["obligor"], unique=False)
    op.create_index(op.f("ix_clearing_runs_payable_id"), "clearing_runs", ["payable_id"], unique=False)
    op.create_table(
        "credit_limits",
        sa.Column("obligor", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("currency", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("limit", sa.Numeric(precision=30, scale=0), nullable=False),
        sa.Column("used", sa.Numeric(precision=30, scale=0), nullable=False),
        sa.Column("agent", sa.BigInteger(), nullable=False),
        sa.Column("overdue", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("obligor", "currency", name=op.f("pk_credit_limits")),
    )
    op.create_table(
        "data_keys",
        sa.Column("entity_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("destroyed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("entity_id", name=op.f("pk_data_keys")),
    )
    op.create_table(
        "documents",
        sa.Column("id", sa.BigInteger(), autoincrement=True, nullable=False),
        sa.Column("entity_id", sa.BigInteger(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("media_type", sa.String(), nullable=False),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("content_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("salt_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("commitment", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_documents")),
    )
    op.create_index(op.f("ix_documents_entity_id"), "documents", ["entity_id"], unique=False)
    op.create_index(op.f("ix_documents_subject"), "documents", ["subject"], unique=False)
    op.create_table(
        "entities",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("roles", sa.Integer(), nullable=False),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("identifiers_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("country", sa.String(), nullable=False),
        sa.Column("dossier", sa.LargeBinary(), nullable=False),
        sa.Column("dossier_salt_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("verified_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("reason_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entities")),
    )
    op.create_table(
        "entries",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("block_number", sa.BigInteger(), nullable=True),
        sa.Column("reverses", sa.BigInteger(), nullable=True),
        sa.Column("previous_hash", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["reverses"], ["entries.id"], name=op.f("fk_entries_reverses_entries")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entries")),
        sa.UniqueConstraint("key", name=op.f("uq_entries_key")),
        sa.UniqueConstraint("reverses", name=op.f("uq_entries_reverses")),
    )
    op.create_index(op.f("ix_entries_block_number"), "entries", ["block_number"], unique=False)
    op.create_index(op.f("ix_entries_subject"), "entries", ["subject"], unique=False)
    op.create_table(
        "financings",
        sa.Column("id", sa.BigInteger(), autoincrement=True, nullable=False),
        sa.Column("entity_id", sa.BigInteger(), nullable=False),
        sa.Column("funder", sa.BigInteger(), nullable=False),
        sa.Column("lot_id", sa.String(), nullable=False),
        sa.Column("payable_id", sa.String(), nullable=False),
        sa.Column("kind", sa.Integer(), nullable=False),
        sa.Column("recourse", sa.Boolean(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=30, scale=0), nullable=False),
        sa.Column("price", sa.Numeric(precision=30, scale=0), nullable=False),
        sa.Column("commitment", sa.LargeBinary(), nullable=False),
        sa.Column("salt_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("receipt", sa.LargeBinary(), nullable=True),
        sa.Column("reference_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("locked_block", sa.BigInteger(), nullable=True),
        sa.Column("settled_block", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_financings")),
    )
    op.create_index(op.f("ix_financings_entity_id"), "financings", ["entity_id"], unique=False)
    op.create_index(op.f("ix_financings_funder"), "financings", ["funder"], unique=False)
    op.create_index(op.f("ix_financings_lot_id"), "financings", ["lot_id"], unique=False)
    op.create_table(
        "idempotency_records",
        sa.Column("entity_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("request_hash", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("response_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("entity_id", "key", name=op.f("pk_idempotency_records")),
    )
    op.create_table(
        "imports",
        sa.Column("id", sa.BigInteger(), autoincrement=True, nullable=False),
        sa.Column("entity_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("read", sa.Integer(), nullable=False),
        sa.Column("accepted", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imports")),
    )
    op.create_index(op.f("ix_imports_entity_id"), "imports", ["entity_id"], unique=False)
    op.create_table(
        "installation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("chain_id", sa.BigInteger(), nullable=False),
        sa.Column("genesis_time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("contract", sa.String(), nullable=True),
        sa.Column("manifest", postgresql.JSONB(), nullable=True),
        sa.Column("handover", sa.String(), nullable=True),
        sa.Column("network_key_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_installation_single_row")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_installation")),
    )
    op.create_table(
        "invoice_occupations",
        sa.Column("obligor", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("occupied", sa.Numeric(precision=30, scale=0), nullable=False),
        sa.Column("total", sa.Numeric(precision=30, scale=0), nullable=False),
        sa.Column("currency", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("obligor", "fingerprint", name=op.f("pk_invoice_occupations")),
    )
    op.create_table(
        "lot_moves",
        sa.Column("block_number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("log_index", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("payable_id", sa.String(), nullable=False),
        sa.Column("lot_id", sa.String(), nullable=False),
        sa.Column("child_id", sa.String(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("sender", sa.BigInteger(), nullable=True),
        sa.Column("recipient", sa.BigInteger(), nullable=True),
        sa.Column("amount", sa.Numeric(precision=30, scale=0), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("block_number", "log_index", name=op.f("pk_lot_moves")),
    )
    op.create_index("ix_lot_moves_child_id", "lot_moves", ["child_id"], unique=False)
    op.create_index("ix_lot_moves_lot_id", "lot_moves", ["lot_id"], unique=False)
    op.create_index(op.f("ix_lot_moves_payable_id"), "lot_moves", ["payable_id"], unique=False)
    op.create_table(
        "lots",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("payable_id", sa.String(), nullable=False),
        sa.Column("parent_id", sa.String(), nullable=True),
        sa.Column("child_index", sa.Integer(), nullable=True),
        sa.Column("holder", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=30, scale=0), nullable=False),
        sa.Column("hops", sa.Integer(), nullable=False),
        sa.Column("depth", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("flags", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("lock_party", sa.BigInteger(), nullable=False),
        sa.Column("lock_until", sa.BigInteger(), nullable=False),
        sa.Column("children", sa.BigInteger(), nullable=False),
        sa.Column("frozen", sa.Numeric(precision=30, scale=0), nullable=False),
        sa.Column("recourse_seller", sa.BigInteger(), nullable=False),
        sa.Column("consent", sa.LargeBinary(), nullable=True),
        sa.Column("consent_recourse", sa.Boolean(), nullable=False),
        sa.Column("exists", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lots")),
    )
    op.create_index("ix_lots_holder_payable_id", "lots", ["holder", "payable_id"], unique=False)
    op.create_index("ix_lots_lock_party", "lots", ["lock_party"], unique=False, postgresql_where=sa.text("lock_party > 0"))
    op.create_index(op.f("ix_lots_payable_id"), "lots", ["payable_id"], unique=False)
    op.create_index("ix_lots_recourse_seller", "lots", ["recourse_seller"], unique=False, postgresql_where=sa.text("recourse_seller > 0"))
    op.create_table(
        "nonces",
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("next", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("address", name=op.f("pk_nonces")),
    )
    op.create_table(
        "offers",
        sa.Column("id", sa.BigInteger(), autoincrement=True, nullable=False),
        sa.Column("entity_id", sa.BigInteger(), nullable=False),
        sa.Column("recipient", sa.BigInteger(), nullable=False),
        sa.Column("lot_id", sa.String(), nullable=False),
        sa.Column("payable_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("child", sa.Integer(), nullable=False),
        sa.Column("child_id", sa.String(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=30, scale=0), nullable=False),
        sa.Column("kind", sa.Integer(), nullable=False),
        sa.Column("documents", sa.LargeBinary(), nullable=False),
        sa.Column("deadline", sa.BigInteger(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("on_chain", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("settled_block", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offers")),
    )
    op.create_index(op.f("ix_offers_child_id"), "offers", ["child_id"], unique=False)
    op.create_index(op.f("ix_offers_entity_id"), "offers", ["entity_id"], unique=False)
    op.create_index(op.f("ix_offers_lot_id"), "offers", ["lot_id"], unique=False)
    op.create_index(op.f("ix_offers_recipient"), "offers", ["recipient"], unique=False)
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger(), autoincrement=True, nullable=False),
        sa.Column("entity_id", sa.BigInteger(), nullable=False),
        sa.Column("signer", sa.String(), nullable=False),
        sa.Column("function", sa.String(), nullable=False),
        sa.Column("args", postgresql.JSONB(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("nonce", sa.BigInteger(), nullable=True),
        sa.Column("tx_hash", sa.LargeBinary(), nullable=True),
        sa.Column("raw", sa.LargeBinary(), nullable=True),
        sa.Column("block_number", sa.BigInteger(), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("detail", postgresql.JSONB(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("state in ('queued', 'signed', 'confirmed', 'reverted', 'rejected')", name=op.f("ck_outbox_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("tx_hash", name=op.f("uq_outbox_tx_hash")),
    )
    op.create_index(op.f("ix_outbox_entity_id"), "outbox", ["entity_id"], unique=False)
    op.create_index("ix_outbox_pending", "outbox", ["id"], unique=False, postgresql_where=sa.text("state in ('queued', 'signed')"))
    op.create_index(op.f("ix_outbox_subject"), "outbox", ["subject"], unique=False)
    op.create_table(
        "participant_keys",
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("participant", sa.BigInteger(), nullable=False),
        sa.Column("valid_from", sa.BigInteger(), nullable=False),
        sa.Column("valid_until", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("address", name=op.f("pk_participant_keys")),
    )
    op.create_index(op.f("ix_participant_keys_participant"), "participant_keys", ["participant"], unique=False)
    op.create_table(
        "participants",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("roles", sa.Integer(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("verified_until", sa.BigInteger(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("dossier", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_participants")),
    )
    op.create_table(
        "payable_terms",
        sa.Column("payable_id", sa.String(), nullable=False),
        sa.Column("entity_id", sa.BigInteger(), nullable=False),
        sa.Column("payee", sa.BigInteger(), nullable=False),
        sa.Column("profile", sa.Integer(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.Column("face", sa.Numeric(precision=30, scale=0), nullable=False),
        sa.Column("terms", sa.LargeBinary(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("portions", postgresql.JSONB(), nullable=False),
        sa.Column("documents", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("payable_id", name=op.f("pk_payable_terms")),
    )
    op.create_index(op.f("ix_payable_terms_entity_id"), "payable_terms", ["entity_id"], unique=False)
    op.create_index(op.f("ix_payable_terms_payee"), "payable_terms", ["payee"], unique=False)
    op.create_table(
        "payables",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("obligor", sa.BigInteger(), nullable=False),
        sa.Column("payee", sa.BigInteger(), nullable=False),
        sa.Column("profile", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("due", sa.BigInteger(), nullable=False),
        sa.Column("face", sa.Numeric(precision=30, scale=0), nullable=False),
        sa.Column("terms", sa.LargeBinary(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("portions", postgresql.JSONB(), nullable=False),
        sa.Column("state", sa.Integer(), nullable=False),
        sa.Column("outstanding", sa.Numeric(precision=30, scale=0), nullable=False),
        sa.Column("available", sa.Numeric(precision=30, scale=0), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("round_base", sa.Numeric(precision=30, scale=0), nullable=False),
        sa.Column("round_seen", sa.Numeric(precision=30, scale=0), nullable=False),
        sa.Column("round_payment", sa.Numeric(precision=30, scale=0), nullable=False),
        sa.Column("paid", sa.Numeric(precision=30, scale=0), nullable=False),
        sa.Column("redeemed", sa.Numeric(precision=30, scale=0), nullable=False),
        sa.Column("released", sa.Numeric(precision=30, scale=0), nullable=False),
        sa.Column("cancelled", sa.Numeric(precision=30, scale=0), nullable=False),
        sa.Column("issued_at", sa.BigInteger(), nullable=False),
        sa.Column("issued_block", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payables")),
    )
    op.create_index(op.f("ix_payables_due"), "payables", ["due"], unique=False)
    op.create_index(op.f("ix_payables_obligor"), "payables", ["obligor"], unique=False)
    op.create_index(op.f("ix_payables_payee"), "payables", ["payee"], unique=False)
    op.create_table(
        "payments",
        sa.Column("id", sa.BigInteger(), autoincrement=True, nullable=False),
        sa.Column("entity_id", sa.BigInteger(), nullable=False),
        sa.Column("obligor", sa.BigInteger(), nullable=False),
        sa.Column("payable_id", sa.String(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=30, scale=0), nullable=False),
        sa.Column("receipt", sa.LargeBinary(), nullable=False),
        sa.Column("reference_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("reference_blind", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("recorded_block", sa.BigInteger(), nullable=True),
        sa.Column("settled_block", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payments")),
        sa.UniqueConstraint("receipt", name=op.f("uq_payments_receipt")),
    )
    op.create_index(op.f("ix_payments_entity_id"), "payments", ["entity_id"], unique=False)
    op.create_index(op.f("ix_payments_obligor"), "payments", ["obligor"], unique=False)
    op.create_index("ix_payments_payable_id_sequence", "payments", ["payable_id", "sequence"], unique=False)
    op.create_index(op.f("ix_payments_reference_blind"), "payments", ["reference_blind"], unique=False)
    op.create_table(
        "profiles",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("valid_from", sa.BigInteger(), nullable=False),
        sa.Column("valid_until", sa.BigInteger(), nullable=False),
        sa.Column("tenor", sa.BigInteger(), nullable=False),
        sa.Column("hops", sa.Integer(), nullable=False),
        sa.Column("depth", sa.Integer(), nullable=False),
        sa.Column("children", sa.Integer(), nullable=False),
        sa.Column("record_lead", sa.Integer(), nullable=False),
        sa.Column("redeem_delay", sa.Integer(), nullable=False),
        sa.Column("grace", sa.Integer(), nullable=False),
        sa.Column("reopen_period", sa.Integer(), nullable=False),
        sa.Column("smallest_lot", sa.BigInteger(), nullable=False),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_profiles")),
    )
    op.create_table(
        "signing_keys",
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("entity_id", sa.BigInteger(), nullable=False),
        sa.Column("label", sa.String(), nullable=False),
        sa.Column("secret_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("valid_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("address", name=op.f("pk_signing_keys")),
    )
    op.create_index(op.f("ix_signing_keys_entity_id"), "signing_keys", ["entity_id"], unique=False)
    op.create_table(
        "statements",
        sa.Column("id", sa.BigInteger(), autoincrement=True, nullable=False),
        sa.Column("entity_id", sa.BigInteger(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("text_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("salt_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("commitment", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_statements")),
    )
    op.create_index(op.f("ix_statements_entity_id"), "statements", ["entity_id"], unique=False)
    op.create_index(op.f("ix_statements_subject"), "statements", ["subject"], unique=False)
    op.create_table(
        "bank_accounts",
        sa.Column("id", sa.BigInteger(), autoincrement=True, nullable=False),
        sa.Column("entity_id", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("account_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["entity_id"], ["entities.id"], name=op.f("fk_bank_accounts_entity_id_entities")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_accounts")),
    )
    op.create_index(op.f("ix_bank_accounts_entity_id"), "bank_accounts", ["entity_id"], unique=False)
    op.create_table(
        "break_changes",
        sa.Column("id", sa.BigInteger(), autoincrement=True, nullable=False),
        sa.Column("break_id", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("entity_id", sa.BigInteger(), nullable=False),
        sa.Column("via", sa.String(), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=True),
        sa.Column("expected", sa.String(), nullable=False),
        sa.Column("found", sa.String(), nullable=False),
        sa.Column("note_sealed", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["break_id"], ["breaks.id"], name=op.f("fk_break_changes_break_id_breaks")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_break_changes")),
    )
    op.create_index(op.f("ix_break_changes_break_id"), "break_changes", ["break_id"], unique=False)
    op.create_table(
        "clearing_lines",
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("lot_id", sa.String(), nullable=False),
        sa.Column("entity_id", sa.BigInteger(), nullable=False),
        sa.Column("holder", sa.BigInteger(), nullable=False),
        sa.Column("payee", sa.BigInteger(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("base", sa.Numeric(precision=30, scale=0), nullable=False),
        sa.Column("amount", sa.Numeric(precision=30, scale=0), nullable=False),
        sa.Column("deposit", sa.Numeric(precision=30, scale=0), nullable=False),
        sa.Column("receipt", sa.LargeBinary(), nullable=False),
        sa.Column("reference_sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["clearing_runs.id"], name=op.f("fk_clearing_lines_run_id_clearing_runs")),
        sa.PrimaryKeyConstraint("run_id", "lot_id", name=op.f("pk_clearing_lines")),
    )
    op.create_index(op.f("ix_clearing_lines_entity_id"), "clearing_lines", ["entity_id"], unique=False)
    op.create_index(op.f("ix_clearing_lines_holder"), "clearing_lines", ["holder"], unique=False)
    op.create_table(
        "document_sets",
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.BigInteger(), nullable=False),
        sa.Column("entity_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_document_sets_document_id_documents")),
        sa.PrimaryKeyConstraint("subject", "position", name=op.f("pk_document_sets")),
    )
    op.create_index(op.f("ix_document_sets_document_id"), "document_sets", ["document_id"], unique=False)
    op.create_index(op.f("ix_document_sets_entity_id"), "document_sets", ["entity_id"], unique=False)
    op.create_table(
        "document_shares",
        sa.Column("document_id", sa.BigInteger(), nullable=False),
        sa.Column("entity_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["documents.id"], name=op.f("fk_document_shares_document_id_documents")),
        sa.PrimaryKeyConstraint("document_id", "entity_id", name=op.f("pk_document_shares")),
    )
    op.create_table(
        "entity_identifiers",
        sa.Column("scheme", sa.String(), nullable=False),
        sa.Column("blind", sa.LargeBinary(), nullable=False),
        sa.Column("entity_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["entity_id"], ["entities.id"], name=op.f("fk_entity_identifiers_entity_id_entities")),
        sa.PrimaryKeyConstraint("scheme", "blind", name=op.f("pk_entity_identifiers")),
    )
    op.create_index(op.f("ix_entity_identifiers_entity_id"), "entity_identifiers", ["entity_id"], unique=False)
    op.create_table(
        "import_refusals",
        sa.Column("import_id", sa.BigInteger(), nullable=False),
        sa.Column("finding", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("entity_id", sa.BigInteger(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("value_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("message_sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name=op.f("fk_import_refusals_import_id_imports")),
        sa.PrimaryKeyConstraint("import_id", "finding", name=op.f("pk_import_refusals")),
    )
    op.create_index(op.f("ix_import_refusals_entity_id"), "import_refusals", ["entity_id"], unique=False)
    op.create_table(
        "invoices",
        sa.Column("id", sa.BigInteger(), autoincrement=True, nullable=False),
        sa.Column("entity_id", sa.BigInteger(), nullable=False),
        sa.Column("seller_id", sa.BigInteger(), nullable=False),
        sa.Column("import_id", sa.BigInteger(), nullable=False),
        sa.Column("syntax", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("number_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("content_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("issue_date", sa.Date(), nullable=False),
        sa.Column("due_date", sa.Date(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("total", sa.Numeric(precision=30, scale=0), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name=op.f("fk_invoices_import_id_imports")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_invoices")),
        sa.UniqueConstraint("entity_id", "fingerprint", name=op.f("uq_invoices_entity_id_fingerprint")),
    )
    op.create_index(op.f("ix_invoices_entity_id"), "invoices", ["entity_id"], unique=False)
    op.create_index(op.f("ix_invoices_seller_id"), "invoices", ["seller_id"], unique=False)
    op.create_table(
        "postings",
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.Numeric(precision=30, scale=0), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name=op.f("fk_postings_account_id_accounts")),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_postings_entry_id_entries")),
        sa.PrimaryKeyConstraint("entry_id", "line", name=op.f("pk_postings")),
    )
    op.create_index(op.f("ix_postings_account_id"), "postings", ["account_id"], unique=False)
    op.execute(
        "create function refuse_change() returns trigger language plpgsql as "
        "$$ begin raise exception '% is append-only', tg_table_name using errcode = 'insufficient_privilege'; end $$"
    )
    for table in APPEND_ONLY:
        op.execute(
            f"create trigger {table}_append_only before update or delete or truncate on {table} "
            "for each statement execute function refuse_change()"
        )


def downgrade() -> None:  # noqa: PLR0915
    op.execute("set local lock_timeout = '5s'")
    op.drop_index(op.f("ix_postings_account_id"), table_name="postings")
    op.drop_table("postings")
    op.drop_index(op.f("ix_invoices_seller_id"), table_name="invoices")
    op.drop_index(op.f("ix_invoices_entity_id"), table_name="invoices")
    op.drop_table("invoices")
    op.drop_index(op.f("ix_import_refusals_entity_id"), table_name="import_refusals")
    op.drop_table("import_refusals")
    op.drop_index(op.f("ix_entity_identifiers_entity_id"), table_name="entity_identifiers")
    op.drop_table("entity_identifiers")
    op.drop_table("document_shares")
    op.drop_index(op.f("ix_document_sets_entity_id"), table_name="document_sets")
    op.drop_index(op.f("ix_document_sets_document_id"), table_name="document_sets")
    op.drop_table("document_sets")
    op.drop_index(op.f("ix_clearing_lines_holder"), table_name="clearing_lines")
    op.drop_index(op.f("ix_clearing_lines_entity_id"), table_name="clearing_lines")
    op.drop_table("clearing_lines")
    op.drop_index(op.f("ix_break_changes_break_id"), table_name="break_changes")
    op.drop_table("break_changes")
    op.drop_index(op.f("ix_bank_accounts_entity_id"), table_name="bank_accounts")
    op.drop_table("bank_accounts")
    op.drop_index(op.f("ix_statements_subject"), table_name="statements")
    op.drop_index(op.f("ix_statements_entity_id"), table_name="statements")
    op.drop_table("statements")
    op.drop_index(op.f("ix_signing_keys_entity_id"), table_name="signing_keys")
    op.drop_table("signing_keys")
    op.drop_table("profiles")
    op.drop_index(op.f("ix_payments_reference_blind"), table_name="payments")
    op.drop_index("ix_payments_payable_id_sequence", table_name="payments")
    op.drop_index(op.f("ix_payments_obligor"), table_name="payments")
    op.drop_index(op.f("ix_payments_entity_id"), table_name="payments")
    op.drop_table("payments")
    op.drop_index(op.f("ix_payables_payee"), table_name="payables")
    op.drop_index(op.f("ix_payables_obligor"), table_name="payables")
    op.drop_index(op.f("ix_payables_due"), table_name="payables")
    op.drop_table("payables")
    op.drop_index(op.f("ix_payable_terms_payee"), table_name="payable_terms")
    op.drop_index(op.f("ix_payable_terms_entity_id"), table_name="payable_terms")
    op.drop_table("payable_terms")
    op.drop_table("participants")
    op.drop_index(op.f("ix_participant_keys_participant"), table_name="participant_keys")
    op.drop_table("participant_keys")
    op.drop_index(op.f("ix_outbox_subject"), table_name="outbox")
    op.drop_index("ix_outbox_pending", table_name="outbox", postgresql_where=sa.text("state in ('queued', 'signed')"))
    op.drop_index(op.f("ix_outbox_entity_id"), table_name="outbox")
    op.drop_table("outbox")
    op.drop_index(op.f("ix_offers_recipient"), table_name="offers")
    op.drop_index(op.f("ix_offers_lot_id"), table_name="offers")
    op.drop_index(op.f("ix_offers_entity_id"), table_name="offers")
    op.drop_index(op.f("ix_offers_child_id"), table_name="offers")
    op.drop_table("offers")
    op.drop_table("nonces")
    op.drop_index("ix_lots_recourse_seller", table_name="lots", postgresql_where=sa.text("recourse_seller > 0"))
    op.drop_index(op.f("ix_lots_payable_id"), table_name="lots")
    op.drop_index("ix_lots_lock_party", table_name="lots", postgresql_where=sa.text("lock_party > 0"))
    op.drop_index("ix_lots_holder_payable_id", table_name="lots")
    op.drop_table("lots")
    op.drop_index(op.f("ix_lot_moves_payable_id"), table_name="lot_moves")
    op.drop_index("ix_lot_moves_lot_id", table_name="lot_moves")
    op.drop_index("ix_lot_moves_child_id", table_name="lot_moves")
    op.drop_table("lot_moves")
    op.drop_table("invoice_occupations")
    op.drop_table("installation")
    op.drop_index(op.f("ix_imports_entity_id"), table_name="imports")
    op.drop_table("imports")
    op.drop_table("idempotency_records")
    op.drop_index(op.f("ix_financings_lot_id"), table_name="financings")
    op.drop_index(op.f("ix_financings_funder"), table_name="financings")
    op.drop_index(op.f("ix_financings_entity_id"), table_name="financings")
    op.drop_table("financings")
    op.drop_index(op.f("ix_entries_subject"), table_name="entries")
    op.drop_index(op.f("ix_entries_block_number"), table_name="entries")
    op.drop_table("entries")
    op.drop_table("entities")
    op.drop_index(op.f("ix_documents_subject"), table_name="documents")
    op.drop_index(op.f("ix_documents_entity_id"), table_name="documents")
    op.drop_table("documents")
    op.drop_table("data_keys")
    op.drop_table("credit_limits")
    op.drop_index(op.f("ix_clearing_runs_payable_id"), table_name="clearing_runs")
    op.drop_index(op.f("ix_clearing_runs_obligor"), table_name="clearing_runs")
    op.drop_index(op.f("ix_clearing_runs_entity_id"), table_name="clearing_runs")
    op.drop_table("clearing_runs")
    op.drop_table("checkpoint")
    op.drop_index(op.f("ix_check_runs_state"), table_name="check_runs")
    op.drop_table("check_runs")
    op.drop_table("chain_journal")
    op.drop_index(op.f("ix_chain_events_payable_id"), table_name="chain_events")
    op.drop_table("chain_events")
    op.drop_table("chain_blocks")
    op.drop_index(op.f("ix_cancellation_consents_entity_id"), table_name="cancellation_consents")
    op.drop_table("cancellation_consents")
    op.drop_index("uq_breaks_standing", table_name="breaks", postgresql_where=sa.text("state <> 'resolved'"))
    op.drop_index(op.f("ix_breaks_subject"), table_name="breaks")
    op.drop_table("breaks")
    op.drop_index(op.f("ix_api_keys_entity_id"), table_name="api_keys")
    op.drop_table("api_keys")
    op.drop_table("alarms")
    op.drop_index(op.f("ix_agent_consents_payable_id"), table_name="agent_consents")
    op.drop_index(op.f("ix_agent_consents_entity_id"), table_name="agent_consents")
    op.drop_table("agent_consents")
    op.drop_index(op.f("ix_acts_entity_id"), table_name="acts")
    op.drop_table("acts")
    op.drop_table("act_head")
    op.drop_table("accounts")
    op.execute("drop function refuse_change()")
