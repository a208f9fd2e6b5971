"""The page an evaluator forwards: one self-contained HTML file that tells a run of the demo. `render(story)` is pure.

`story` is the demo's JSON summary with more keys beside its own. Amounts are decimal strings in major units ("1234.50"), times are
RFC 3339, and every text for people is a string or {"en": .., "zh": ..}. Only `parties` ids are looked up; all keys are optional,
a missing one leaves its part of the page empty.

    invoices  {read, accepted, refused}                        payables  {issued, refused, cancelled, paid_full, paid_short}
    lots_by_tier  {"1": n, "2": n, "3": n, "funder"?: n}       redeemed  n of claims       double_financing_refused  n
    money     {currency: {issued, outstanding, redeemed, cancelled, released?}}
    breaks    n                                                seconds   n
    crash     {killed_at, lost, doubled, during?}              killed_at and during are texts
    made_at   time          network  {chain_id, contract?, block?, hash?}, or the answer of /v1/network
    parties   [{id, name, role, tier?, address?}]
    trees     [{payable, title?, obligor, payee, currency, face, due?, state, invoices?: [numbers], nodes: [node, ..]}]
    node      {id, parent, holder, tier, amount, state, kind, kept?}
              One box: the claim as its holder got it. `parent` is the id of the node it came from, null for the root claim.
              A whole transfer is a node of its own, so ids are per step, such as "0x..#1". `amount` is what it began with, `kept` what the
              holder kept after passing portions on. States and kinds: keys of texts.STATES and texts.KINDS; others are shown as they are.
    cash      [{at?, kind, payer, payee, amount, currency, note?}]     kinds: keys of texts.CASH
    refusals  [{what, code, why, value?}]
    checks    [{name, compared, ok, found?: [texts]}]
"""

from scripts.story_page.page import render

__all__ = ["render"]
