"""Each kind of break, planted by hand: the check names it."""

from datetime import timedelta
from pathlib import Path

from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from registry.funding import financings, payments
from registry.funding.financings import NewFinancing
from registry.receivables import lots, offers, payables
from registry.sync import check, repo_check
from tests.sync.people import AGENT, BANK, TIER1, TIER2, Play
from tests.sync.site import Site


def deal(site: Site) -> Play:
    """A little of everything that a check compares."""
    play = Play(site.work)
    play.enrol()
    site.runtime.drain()
    payable = play.confirm(play.invoices(2))
    site.runtime.drain()
    play.act(TIER1, lambda unit: payables.accept(unit, [payable]))
    site.runtime.drain()
    root = payable + "0" * 24
    play.act(TIER1, lambda unit: lots.split(unit, root, [50_000, 20_000]))
    offer = play.offer(TIER1, root, to=TIER2, amount=30_000, kind="sale_recourse")
    site.runtime.drain()
    play.act(TIER2, lambda unit: offers.accept(unit, offer))
    until = site.clock.now() + timedelta(days=9)
    financing = NewFinancing(lot=lots.child_id(root, 0), funder=4, kind="assignment", price=49_000, until=until)
    made = play.act(TIER1, lambda unit: financings.lock(unit, financing))
    site.runtime.drain()
    play.act(BANK, lambda unit: financings.complete(unit, made.id, reference="PAYOUT"))
    play.act(AGENT, lambda unit: payments.record(unit, payable, amount=60_000, reference="BANK"))
    site.runtime.drain()
    return play


# What is done to the database, and codes that the check must name then.
PLANTED = {
    "a lot's holder": ("update lots set holder = 7 where amount = 20000", {"word_lot", "index_row", "ledger_claims"}),
    "a lot's amount": ("update lots set amount = amount + 1 where amount = 20000", {"word_lot", "conservation", "outstanding"}),
    "a lot is lost": ("delete from lots where amount = 20000", {"index_row", "conservation", "outstanding", "ledger_claims"}),
    "a lot too many": (
        "insert into lots select '0x' || repeat('ab', 32), payable_id, parent_id, 9, holder, 5, hops, depth, version, flags, round,"
        " lock_party, lock_until, children, frozen, recourse_seller, consent, consent_recourse, true from lots where amount = 20000",
        {"word_lot", "index_row", "conservation"},
    ),
    "a frozen part": ("update lots set frozen = 5 where amount = 20000", {"word_frozen", "index_row"}),
    "who owes recourse": ("update lots set recourse_seller = 6 where recourse_seller = 5", {"word_recourse", "index_row"}),
    "a consent": ("update lots set consent = '\\x01' where amount = 20000", {"word_consent", "index_row"}),
    "a payable's state": ("update payables set state = state | 32", {"word_payable", "index_row"}),
    "what is paid in": ("update payables set available = available - 1", {"word_payable", "limit_used", "ledger_collections"}),
    "more paid than owed": ("update payables set available = outstanding + 1", {"available", "word_payable"}),
    "a round": ("update payables set round_base = 1", {"word_round", "index_row"}),
    "a face": ("update payables set face = face + 1", {"conservation", "index_row"}),
    "a role": ("update participants set roles = 63 where id = 5", {"word_participant", "index_row"}),
    "a dossier": ("update participants set dossier = '\\x00' where id = 5", {"word_dossier", "index_row"}),
    "a key's owner": ("update participant_keys set participant = 2 where participant = 5", {"word_key", "index_row"}),
    "a limit": ('update credit_limits set "limit" = "limit" * 2', {"word_limit", "index_row"}),
    "a limit's use": ("update credit_limits set used = 0", {"word_limit", "limit_used"}),
    "overdue payables": ("update credit_limits set overdue = 1", {"word_limit", "limit_overdue"}),
    "an invoice's use": ("update invoice_occupations set occupied = 1", {"word_invoice", "occupation"}),
    "a profile": ("update profiles set tenor = tenor + 1", {"word_profile", "index_row"}),
    "an event is lost": ("delete from chain_events where name = 'Transferred'", {"index_event", "record_offer"}),
    "an event is altered": (
        "update chain_events set args = jsonb_set(args, '{amount}', '\"1\"') where name = 'PaymentRecorded'",
        {"index_event"},
    ),
    "a block": ("update chain_blocks set hash = '\\x02' where number = 2", {"index_block"}),
    "the checkpoint": ("update checkpoint set hash = '\\x02'", {"index_checkpoint"}),
    "the journal": ("update chain_journal set state_root = '\\x02' where number = 2", {"journal_block"}),
    "a claim in the ledger": (
        "insert into postings select min(entry_id), 99, (select id from accounts where kind = 'claims' limit 1), 7 from postings",
        {"ledger_entry", "ledger_claims", "ledger_unbalanced", "ledger_chain"},
    ),
    "an entry is lost": (
        "delete from postings where entry_id = (select max(id) from entries); delete from entries where id = (select max(id) from entries)",
        {"ledger_entry", "ledger_collections"},
    ),
    "an entry's time": ("update entries set occurred_at = occurred_at + interval '1 day' where id = 1", {"ledger_chain"}),
    "a debt in the ledger": ("update accounts set kind = 'deposits' where kind = 'payables'", {"ledger_payables", "ledger_entry"}),
    "a price": ("update financings set price = price - 1", {"ledger_entry"}),
    "a result": ("update outbox set state = 'reverted' where id = 3", {"outbox_receipt"}),
    "a result is lost": ("update outbox set state = 'signed', block_number = null where id = 3", {"outbox_receipt", "nonce"}),
    "a nonce": ("update nonces set next = next + 1", {"nonce"}),
    "a nonce twice": ("update outbox set nonce = 8 where nonce = 9", {"nonce_reused"}),
    "a contract": (
        "update installation set manifest = jsonb_set(manifest, '{addresses,Settlement}', manifest -> 'addresses' -> 'Reads')",
        {"contract_code"},
    ),
    "an offer": ("update offers set settled_block = 1", {"record_offer"}),
    "a financing": ("update financings set settled_block = 1", {"record_financing"}),
    "a payment": ("update payments set state = 'requested'", {"record_payment"}),
}


def test_each_planted_break_is_named(site: Site, owner: Engine) -> None:
    deal(site)
    assert check.run(site.work, site.gateway).breaks == []
    missed = {}
    for what, (statements, codes) in PLANTED.items():
        with owner.connect() as connection:
            connection.execute(text("set local session_replication_role = replica"))
            assert sum(connection.execute(text(statement)).rowcount for statement in statements.split("; ")), what
            report = check.inspect(Session(connection), site.gateway, contract=site.work.network.contract)
        found = {item.code for item in report.breaks}
        # Each break is counted by the pass that found it.
        assert sum(each.breaks for each in report.passes) == len(report.breaks), what
        if not codes <= found:
            missed[what] = (codes - found, report.breaks[:5])
    assert missed == {}
    assert check.run(site.work, site.gateway).breaks == []


def test_every_code_has_a_row_in_the_readme() -> None:
    text_of = (Path(check.__file__).parents[1] / "README.md").read_text()
    planted = {code for _, codes in PLANTED.values() for code in codes}
    assert [code for code in sorted(planted) if f"`{code}`" not in text_of] == []


def test_every_sum_is_planted() -> None:
    assert set(repo_check.SUMS) <= {code for _, codes in PLANTED.values() for code in codes}
