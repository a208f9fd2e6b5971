"""Each kind of break, planted by hand: the check names it."""

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from registry.funding import clearing, financings, payments
from registry.funding.financings import NewFinancing
from registry.identity import acts
from registry.kernel.uow import SERVICE
from registry.receivables import lots, offers, payables
from registry.sync import anchors, check, mirror, repo_check
from registry.sync.check import words
from tests.sync.people import AGENT, BANK, REGISTRAR, TIER1, TIER2, Play
from tests.sync.site import Site


def deal(site: Site) -> Play:
    """A little of everything that a check compares."""
    play = Play(site.work)
    play.enrol()
    site.runtime.drain()
    cleared = play.confirm(play.invoices(1, first=900))
    site.runtime.drain()
    play.act(TIER1, lambda unit: payables.accept(unit, [cleared]))
    site.runtime.drain()
    play.act(AGENT, lambda unit: payments.record(unit, cleared, amount=100_000, reference="EARLY"))
    site.runtime.drain()
    site.clock.advance(timedelta(days=61))
    play.act(AGENT, lambda unit: clearing.run(unit, cleared))
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
    for act in ("payment.record", "financing.complete"):
        play.act(AGENT, partial(acts.record, act=act, subject=f"payable:{payable}", outcome="accepted"))
    play.act(REGISTRAR, anchors.drop)
    site.runtime.drain()
    return play


LOT, ROW = "select 'lot:' || id from lots where amount = 20000", "select 'lots:' || id from lots where amount = 20000"
PAYABLE, DEBT = (f"select '{kind}:' || payable_id from lots where amount = 20000" for kind in ("payable", "payables"))
LIMIT, OBLIGOR = "select 'entity:' || obligor || ':' || currency from credit_limits", "select 'credit_limits:2:156'"
INVOICE = "select 'invoice:' || obligor || ':' || encode(fingerprint, 'hex') from invoice_occupations limit 1"
ENTRY = "select 'event:' || block_number || ':' || log_index from chain_events where name = '{}'"
LAST = "select key from entries order by id desc limit 1"
# What is done to the database as its superuser, and the codes that the check must name then, each with a query for its subject.
PLANTED: dict[str, tuple[str, dict[str, str]]] = {
    "a lot's holder": (
        "update lots set holder = 7 where amount = 20000",
        {"word_lot": LOT, "index_row": ROW, "ledger_claims": "select 'entity:7:CNY'"},
    ),
    "a lot's amount": (
        "update lots set amount = amount + 1 where amount = 20000",
        {"word_lot": LOT, "conservation": PAYABLE, "outstanding": PAYABLE},
    ),
    "a lot is lost": (
        "delete from lots where amount = 20000",
        {"index_row": ROW, "conservation": PAYABLE, "outstanding": PAYABLE, "ledger_claims": "select 'entity:5:CNY'"},
    ),
    "a lot too many": (
        "insert into lots select '0x' || repeat('ab', 32), payable_id, parent_id, 9, holder, 5, hops, depth, version, flags, round,"
        " lock_party, lock_until, children, frozen, recourse_seller, consent, consent_recourse, true from lots where amount = 20000",
        {"word_lot": "select 'lot:0x' || repeat('ab', 32)", "index_row": "select 'lots:0x' || repeat('ab', 32)", "conservation": PAYABLE},
    ),
    "a frozen part": ("update lots set frozen = 5 where amount = 20000", {"word_frozen": LOT, "index_row": ROW}),
    "who owes recourse": (
        "update lots set recourse_seller = 6 where recourse_seller = 5",
        {"word_recourse": "select 'lot:' || id from lots where recourse_seller = 5"},
    ),
    "a consent": ("update lots set consent = '\\x01' where amount = 20000", {"word_consent": LOT, "index_row": ROW}),
    "a payable's state": ("update payables set state = state | 32", {"word_payable": PAYABLE, "index_row": DEBT}),
    "what is paid in": (
        "update payables set available = available - 1",
        {"word_payable": PAYABLE, "limit_used": LIMIT, "ledger_collections": "select 'currency:CNY'"},
    ),
    "paid in below zero": ("update payables set available = -1", {"available": PAYABLE, "word_payable": PAYABLE}),
    "more paid than owed": ("update payables set available = outstanding + 1", {"available": PAYABLE, "word_payable": PAYABLE}),
    "a round": ("update payables set round_base = 1", {"word_round": PAYABLE, "index_row": DEBT}),
    "a face": ("update payables set face = face + 1", {"conservation": PAYABLE, "index_row": DEBT, "record_terms": PAYABLE}),
    "a role": (
        "update participants set roles = 63 where id = 5",
        {"word_participant": "select 'entity:5'", "index_row": "select 'participants:5'", "record_entity": "select 'entity:5'"},
    ),
    "a dossier": ("update participants set dossier = '\\x00' where id = 5", {"word_dossier": "select 'entity:5'"}),
    "a key's owner": (
        "update participant_keys set participant = 2 where participant = 5",
        dict.fromkeys(("word_key", "record_key"), "select 'key:' || address from participant_keys where participant = 5"),
    ),
    "a limit": ('update credit_limits set "limit" = "limit" * 2', {"word_limit": LIMIT, "index_row": OBLIGOR}),
    "a limit's use": ("update credit_limits set used = 0", {"word_limit": LIMIT, "limit_used": LIMIT}),
    "overdue payables": ("update credit_limits set overdue = 1", {"word_limit": LIMIT, "limit_overdue": LIMIT}),
    "an invoice's use": ("update invoice_occupations set occupied = 1", {"word_invoice": INVOICE, "occupation": INVOICE}),
    "a profile": (
        "update profiles set tenor = tenor + 1",
        {"word_profile": "select 'profile:' || id from profiles", "index_digest": "select 'rows'"},
    ),
    "a digest": ("update chain_blocks set digest = '\\x02' where number = 2", {"index_digest": "select 'block:2'"}),
    "an event is lost": (
        "delete from chain_events where name = 'Transferred'",
        {"index_event": ENTRY.format("Transferred"), "record_offer": "select 'offer:' || id from offers"},
    ),
    "an event is altered": (
        "update chain_events set args = jsonb_set(args, '{amount}', '\"1\"') where name = 'PaymentRecorded'",
        {"index_event": ENTRY.format("PaymentRecorded")},
    ),
    "a block": ("update chain_blocks set hash = '\\x02' where number = 2", {"index_block": "select 'block:2'"}),
    "the checkpoint": (
        "update checkpoint set hash = '\\x02'",
        {"index_checkpoint": "select 'block:' || number from checkpoint"},
    ),
    "the journal": ("update chain_journal set state_root = '\\x02' where number = 2", {"journal_block": "select 'block:2'"}),
    "a claim in the ledger": (
        "insert into postings select min(entry_id), 99, (select id from accounts where kind = 'claims' and entity_id = 5), 7 from postings",
        {
            "ledger_entry": "select key from entries order by id limit 1",
            "ledger_claims": "select 'entity:5:CNY'",
            "ledger_unbalanced": "select 'entry:' || min(entry_id) || ':CNY' from postings",
            "ledger_chain": "select 'entry:' || min(id) from entries",
        },
    ),
    "an entry is lost": (
        "delete from postings where entry_id = (select max(id) from entries); delete from entries where id = (select max(id) from entries)",
        {"ledger_entry": LAST, "ledger_collections": "select 'currency:CNY'"},
    ),
    "an entry's time": (
        "update entries set occurred_at = occurred_at + interval '1 day' where id = 1",
        {"ledger_chain": "select 'entry:1'"},
    ),
    "a debt in the ledger": (
        "update accounts set kind = 'deposits' where kind = 'payables'",
        {"ledger_payables": "select 'entity:2:CNY'", "ledger_entry": "select key from entries where id = 1"},
    ),
    "an anchored entry": (
        "update entries set hash = '\\x03' where id = (select max(id) from entries)",
        {"anchor_ledger": "select 'entry:' || max(id) from entries", "ledger_chain": "select 'entry:' || max(id) from entries"},
    ),
    "an act": (
        "update acts set outcome = 'forgiven' where id = (select max(id) from acts)",
        {"audit_chain": "select 'act:' || max(id) from acts"},
    ),
    "the end of the log": ("delete from acts where id = (select max(id) from acts)", {"audit_chain": "select 'act:' || max(id) from acts"}),
    "a price": ("update financings set price = price - 1", {"ledger_entry": "select key from entries where kind = 'Financed'"}),
    "a result": ("update outbox set state = 'reverted' where id = 3", {"outbox_receipt": "select 'message:3'"}),
    "a result is lost": (
        "update outbox set state = 'signed', block_number = null where id = 3",
        {"outbox_receipt": "select 'message:3'", "nonce": "select 'key:' || signer from outbox where id = 3"},
    ),
    "a nonce": ("update nonces set next = next + 1", {"nonce": "select 'key:' || address from nonces limit 1"}),
    "a nonce twice": (
        "update outbox set nonce = 8 where nonce = 9",
        {"nonce_reused": "select 'key:' || signer || ':8' from outbox where nonce = 9"},
    ),
    "a contract": (
        "update installation set manifest = jsonb_set(manifest, '{addresses,Settlement}', manifest -> 'addresses' -> 'Reads')",
        {"contract_code": "select 'contract:' || contract from installation"},
    ),
    "an offer": ("update offers set settled_block = 1", {"record_offer": "select 'offer:' || id from offers"}),
    "a financing": ("update financings set settled_block = 1", {"record_financing": "select 'financing:' || id from financings"}),
    "a payment": ("update payments set state = 'requested'", {"record_payment": "select 'payment:' || id from payments"}),
    "a pay-out": (
        "update clearing_lines set amount = amount - 1",
        {"record_clearing": "select 'clearing:' || run_id || ':' || lot_id from clearing_lines"},
    ),
    "a redemption is lost": (
        "delete from chain_events where name = 'Redeemed'",
        {
            "record_clearing": "select 'clearing:' || run_id || ':' || lot_id from clearing_lines",
            "index_event": ENTRY.format("Redeemed"),
        },
    ),
    "a salt": ("update payable_terms set salt = '\\x00'", {"record_terms": PAYABLE}),
    "an entity": ("update entities set status = 2 where id = 4", {"record_entity": "select 'entity:4'"}),
    "a key of nobody": (
        "delete from participant_keys where participant = 4",
        {"record_key": "select 'key:' || address from signing_keys where entity_id = 4"},
    ),
    "an invoice's total": (
        "update invoices set total = total + 1",
        {"record_invoice": "select 'invoice:' || entity_id || ':' || encode(fingerprint, 'hex') from invoices limit 1"},
    ),
    "a document's commitment": (
        "update documents set commitment = '\\x00' where id = (select min(document_id) from document_sets)",
        {"record_documents": "select subject from document_sets order by document_id limit 1"},
    ),
    "a document is taken away": ("delete from document_sets", {"record_documents": "select subject from document_sets limit 1"}),
}


def test_each_planted_break_is_named(site: Site, owner: Engine) -> None:
    deal(site)
    assert check.run(site.work, site.gateway).breaks == []
    missed = {}
    for what, (statements, named) in PLANTED.items():
        with owner.connect() as connection:
            connection.execute(text("set local session_replication_role = replica"))
            expected = {(code, connection.exec_driver_sql(subject).scalar()) for code, subject in named.items()}
            assert sum(connection.execute(text(statement)).rowcount for statement in statements.split("; ")), what
            report = check.inspect(Session(connection), site.gateway, contract=site.work.network.contract)
        # Each break is counted by the pass that found it.
        assert sum(each.breaks for each in report.passes) == len(report.breaks), what
        if missing := expected - {(item.code, item.subject) for item in report.breaks}:
            missed[what] = (missing, report.breaks[:5])
    assert missed == {}
    assert check.run(site.work, site.gateway).breaks == []


def test_each_kind_of_word_altered_on_the_chain_is_named(site: Site) -> None:
    deal(site)
    with site.work.begin(SERVICE) as unit:
        rows = {name: repo_check.rows(unit.session, table) for name, table in mirror.TABLES.items()}
    one_of_each = {item[0]: item for name, expected in words.EXPECTED.items() for row in rows[name] for item in expected(row)}
    assert set(one_of_each) == {code for code in check.CODES if code.startswith("word_")}
    contract = site.work.network.contract
    for code, subject, slot, _ in one_of_each.values():
        stood = site.gateway.storage(contract, slot)
        altered = stood[:-1] + bytes([stood[-1] ^ 1])
        site.node.rpc().call("anvil_setStorageAt", contract, f"0x{slot:064x}", "0x" + altered.hex())
        assert [item[:2] for item in check.run(site.work, site.gateway).breaks] == [(code, subject)]
        site.node.rpc().call("anvil_setStorageAt", contract, f"0x{slot:064x}", "0x" + stood.hex())
    assert check.run(site.work, site.gateway).breaks == []


def test_every_code_is_planted() -> None:
    assert {code for _, named in PLANTED.values() for code in named} == set(check.CODES)


def test_a_code_that_the_table_lacks_is_refused() -> None:
    with pytest.raises(KeyError):
        check.CheckReport(1).expect("unheard_of", "lot:0x1", expected=1, found=2)


def test_of_two_rows_only_what_differs_is_told() -> None:
    report = check.CheckReport(1)
    report.rows(
        "index_row", expected={"lots:1": {"amount": 5, "hops": 1}, "lots:2": {"amount": 1}}, found={"lots:1": {"amount": 6, "hops": 1}}
    )
    assert [item[1:4] for item in report.breaks] == [("lots:1", "amount=5", "amount=6"), ("lots:2", "amount=1", "nothing")]
