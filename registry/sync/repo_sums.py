"""SQL of the check: what must add up or agree within the database, as the database computes it."""

from typing import Any, NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session


class Sum(NamedTuple):
    """Two numbers that should be one, in minor units of `currency` (letters, or the ISO 4217 number as text) when it is money; or two
    sets of fields that should be the same."""

    subject: str
    expected: int | dict[str, Any]
    found: int | dict[str, Any]
    currency: str | None


# No call about the entity waits for its block.
_SETTLED = "not exists (select from outbox o where o.subject = 'entity:' || e.id and o.state in ('queued', 'signed'))"
# Each gives subject, what it should be, what it is, and the currency when these are money; only differences.
# 16 and 15: flags and mask of Types.sol.
_SUMS = {
    "conservation": """
        select 'payable:' || p.id, p.face, coalesce(l.live, 0) + p.redeemed + p.released + p.cancelled, p.currency
        from payables p left join (select payable_id, sum(amount) live from lots where exists and flags & 16 = 0 group by payable_id) l
        on l.payable_id = p.id where p.face <> coalesce(l.live, 0) + p.redeemed + p.released + p.cancelled""",
    "outstanding": """
        select 'payable:' || p.id, coalesce(l.live, 0), p.outstanding, p.currency
        from payables p left join (select payable_id, sum(amount) live from lots where exists and flags & 16 = 0 group by payable_id) l
        on l.payable_id = p.id where p.outstanding <> coalesce(l.live, 0)""",
    "available": """
        select 'payable:' || id, outstanding, available, currency from payables where available > outstanding or available < 0""",
    "limit_used": """
        select 'entity:' || l.obligor || ':' || l.currency, coalesce(p.used, 0), l.used, l.currency::text
        from credit_limits l left join (
            select p.obligor, p.profile >> 6 currency, sum(p.outstanding - p.available) used
            from payables p group by 1, 2
        ) p on (p.obligor, p.currency) = (l.obligor, l.currency) where l.used <> coalesce(p.used, 0)""",
    "limit_overdue": """
        select 'entity:' || l.obligor || ':' || l.currency, coalesce(p.late, 0), l.overdue, null
        from credit_limits l left join (
            select p.obligor, p.profile >> 6 currency, count(*) late
            from payables p where p.state & 16 <> 0 group by 1, 2
        ) p on (p.obligor, p.currency) = (l.obligor, l.currency) where l.overdue <> coalesce(p.late, 0)""",
    "occupation": """
        select 'invoice:' || i.obligor || ':' || encode(i.fingerprint, 'hex'), coalesce(p.used, 0), i.occupied, i.currency::text
        from invoice_occupations i left join (
            select p.obligor, portion ->> 0 mark, sum((portion ->> 1)::numeric) used
            from payables p, jsonb_array_elements(p.portions) portion where p.state & 15 not in (3, 4) group by 1, 2
        ) p on p.obligor = i.obligor and p.mark = '0x' || encode(i.fingerprint, 'hex')
        where i.occupied <> coalesce(p.used, 0) or i.occupied > i.total""",
    "ledger_claims": """
        with held as (
            select l.holder entity, p.currency, sum(l.amount) amount from lots l join payables p on p.id = l.payable_id
            where l.exists and l.flags & 16 = 0 group by 1, 2),
        booked as (
            select a.entity_id entity, a.currency, sum(g.amount) amount from accounts a join postings g on g.account_id = a.id
            where a.kind = 'claims' group by 1, 2)
        select 'entity:' || entity || ':' || currency, coalesce(h.amount, 0), coalesce(b.amount, 0), currency
        from held h full join booked b using (entity, currency) where coalesce(h.amount, 0) <> coalesce(b.amount, 0)""",
    "ledger_payables": """
        with owed as (select obligor entity, currency, sum(outstanding) amount from payables group by 1, 2),
        booked as (
            select a.entity_id entity, a.currency, -sum(g.amount) amount from accounts a join postings g on g.account_id = a.id
            where a.kind = 'payables' group by 1, 2)
        select 'entity:' || entity || ':' || currency, coalesce(o.amount, 0), coalesce(b.amount, 0), currency
        from owed o full join booked b using (entity, currency) where coalesce(o.amount, 0) <> coalesce(b.amount, 0)""",
    "ledger_collections": """
        with paid as (select currency, sum(available) amount from payables group by 1),
        booked as (
            select a.currency, sum(g.amount) amount from accounts a join postings g on g.account_id = a.id
            where a.kind = 'collections' group by 1)
        select 'currency:' || currency, coalesce(p.amount, 0), coalesce(b.amount, 0), currency
        from paid p full join booked b using (currency) where coalesce(p.amount, 0) <> coalesce(b.amount, 0)""",
    # Records that follow the chain, against the event that must stand behind their state.
    "record_offer": """
        select 'offer:' || o.id, jsonb_build_object('event', 'Transferred'), jsonb_build_object('event', null), null
        from offers o where o.state = 'accepted' and not exists (
            select from chain_events e where e.block_number = o.settled_block and e.name = 'Transferred' and e.payable_id = o.payable_id
            and e.args ->> 'to' = o.recipient::text and e.args ->> 'amount' = o.amount::text)""",
    "record_financing": """
        select 'financing:' || f.id, jsonb_build_object('event', 'Financed'), jsonb_build_object('event', null), null
        from financings f where f.state in ('completed', 'pledge_released') and not exists (
            select from chain_events e where e.payable_id = f.payable_id and e.name = 'Financed' and e.args ->> 'funder' = f.funder::text
            and e.args ->> 'amount' = f.amount::text and e.block_number <= f.settled_block)""",
    "record_payment": """
        select 'payment:' || p.id, jsonb_build_object('event', 'PaymentRecorded'), jsonb_build_object('event', null), null
        from payments p where p.state in ('recorded', 'reversed') and not exists (
            select from chain_events e where e.block_number = p.recorded_block and e.name = 'PaymentRecorded'
            and e.args ->> 'receipt' = '0x' || encode(p.receipt, 'hex'))
        union all
        select 'payment:' || p.id, jsonb_build_object('state', 'recorded'), jsonb_build_object('state', p.state), null
        from payments p join chain_events e on e.name = 'PaymentRecorded'
        and e.args ->> 'receipt' = '0x' || encode(p.receipt, 'hex') where p.state not in ('recorded', 'reversed')""",
    # A line of a clearing run whose calls are all done; a run that was refused half-way waits for somebody to resume it.
    "record_clearing": """
        select 'clearing:' || l.run_id || ':' || l.lot_id, s.expected, s.found, null
        from clearing_lines l join clearing_runs r on r.id = l.run_id left join chain_events e on e.name = 'Redeemed'
            and e.payable_id = r.payable_id and e.args ->> 'receipt' = '0x' || encode(l.receipt, 'hex'), lateral (select
            jsonb_build_object('event', 'Redeemed', 'amount', coalesce(e.args ->> 'amount', l.amount::text)) expected,
            jsonb_build_object('event', e.name, 'amount', l.amount::text) found) s
        where s.expected <> s.found and (e.name is not null or not exists (
            select from outbox o where o.subject = 'clearing:' || r.id and o.state <> 'confirmed'))""",
    # Records beside the chain, against the mirror; what is still on its way to the chain is left alone.
    "record_terms": """
        select 'payable:' || p.id, s.expected, s.found, null from payables p join payable_terms t on t.payable_id = p.id, lateral (select
            jsonb_build_object('obligor', p.obligor, 'payee', p.payee, 'profile', p.profile, 'due', p.due, 'face', p.face,
                'terms', encode(p.terms, 'hex'), 'salt', encode(p.salt, 'hex'), 'portions', p.portions) expected,
            jsonb_build_object('obligor', t.entity_id, 'payee', t.payee, 'profile', t.profile, 'due', t.due, 'face', t.face,
                'terms', encode(t.terms, 'hex'), 'salt', encode(t.salt, 'hex'), 'portions', t.portions) found) s
        where s.expected <> s.found""",
    "record_entity": f"""
        select 'entity:' || e.id, s.expected, s.found, null from entities e left join participants p on p.id = e.id, lateral (select
            jsonb_build_object('roles', p.roles, 'status', p.status, 'verified_until', p.verified_until,
                'dossier', encode(p.dossier, 'hex')) expected,
            jsonb_build_object('roles', e.roles, 'status', e.status, 'verified_until', extract(epoch from e.verified_until)::bigint,
                'dossier', encode(e.dossier, 'hex')) found) s
        where s.expected <> s.found and {_SETTLED}""",
    "record_key": f"""
        select 'key:' || k.address, jsonb_build_object('participant', p.participant),
            jsonb_build_object('participant', k.entity_id), null from signing_keys k join entities e on e.id = k.entity_id
        left join participant_keys p on p.address = k.address where p.participant is distinct from k.entity_id and {_SETTLED}""",
    "record_invoice": """
        select 'invoice:' || i.entity_id || ':' || encode(i.fingerprint, 'hex'), o.total, i.total, i.currency
        from invoices i join invoice_occupations o on (o.obligor, o.fingerprint) = (i.entity_id, i.fingerprint)
        where i.total <> o.total""",
}
_COUNTED = {
    "conservation": "payables",
    "outstanding": "payables",
    "available": "payables",
    "limit_used": "credit_limits",
    "limit_overdue": "credit_limits",
    "occupation": "invoice_occupations",
    "ledger_claims": "accounts",
    "ledger_payables": "accounts",
    "ledger_collections": "accounts",
    "record_offer": "offers",
    "record_financing": "financings",
    "record_payment": "payments",
    "record_clearing": "clearing_lines",
    "record_terms": "payable_terms",
    "record_entity": "entities",
    "record_key": "signing_keys",
    "record_invoice": "invoices",
}
SUMS = tuple(_SUMS)


def differences(session: Session, name: str) -> list[Sum]:
    """Where a sum of the database is not what it should be."""
    rows = session.execute(text(_SUMS[name]))
    return [Sum(subject, _side(expected), _side(found), currency) for subject, expected, found, currency in rows]


def _side(value: Any) -> int | dict[str, Any]:
    return value if isinstance(value, dict) else int(value)


def compared(session: Session, name: str) -> int:
    """How many rows a sum looks at."""
    return int(session.scalar(text(f"select count(*) from {_COUNTED[name]}")) or 0)
