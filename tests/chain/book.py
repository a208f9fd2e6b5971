"""A short story after which every kind of word stands in the contract, and what each word must hold by what was done."""

from dataclasses import dataclass, field
from typing import Any

from chain import ids
from chain.abi import INTERFACE, load
from chain.calldata import decode_result
from chain.calldata import encode as encode_call
from chain.structs import (
    FINANCE_PLEDGE,
    OFFER_SALE_RECOURSE,
    ROLE_SUPPLIER,
    STATUS_ACTIVE,
    STATUS_SUSPENDED,
    Financing,
    Portion,
    Profile,
    Terms,
)
from tests.chain.layout_table import Sample
from tests.chain.world import CNY, DAY, PEOPLE, PROFILE, PROFILE_ID, World

OBLIGOR, SUPPLIER, SECOND, BANK, AGENT = (PEOPLE[who][0] for who in ("obligor", "supplier", "second", "bank", "agent"))
BASIS = b"\x0b" * 32
# Every field another value, so that none can stand in another's place.
OTHER_PROFILE = Profile(
    from_time=1_700_000_001,
    until=2_100_000_003,
    tenor=7_776_005,
    hops=3,
    depth=5,
    children=11,
    record_lead=172_801,
    redeem_delay=86_403,
    grace=259_207,
    reopen_period=864_009,
    smallest_lot=274_877_906_951,
)


@dataclass
class Book:
    """The story and what it left."""

    world: World
    samples: list[Sample] = field(default_factory=list)
    portions: list[Portion] = field(default_factory=list)
    payables: list[int] = field(default_factory=list)
    lots: list[int] = field(default_factory=list)
    consents: dict[int, int] = field(default_factory=dict)
    salt: int = 100

    def tell(self) -> "Book":
        """Everything that happens, and then what the words must be."""
        self._rules_and_keys()
        self._claim()
        self._other_states()
        self._rounds()
        self._overdue()
        self._expect()
        return self

    def _do(self, who: str, function: str, *args: Any) -> None:
        self.world.act(who, function, *args)

    def _rules_and_keys(self) -> None:
        world = self.world
        self.begun = world.now
        self._do("registrar", "setProfile", PROFILE_ID + 1, OTHER_PROFILE)
        self._do("registrar", "pauseProfile", PROFILE_ID + 1, True)
        self._do("registrar", "setKey", "0x" + "77" * 20, BANK, world.now - 1_000, world.now + 200 * DAY)
        self._do("registrar", "setKey", "0x" + "66" * 20, SUPPLIER, 5, 2**31)
        self._do("supplier", "revokeKey", "0x" + "66" * 20)
        self.revoked_at = world.now
        self._do("second", "revokeOffers")

    def _issue(self, amounts: list[int], *, days: int, accept: bool = True) -> int:
        """Each invoice's total is more than what backs the payable, but for the last."""
        self.salt += 1
        portions = [
            Portion(bytes([place + 1]) * 16 + self.salt.to_bytes(16, "big"), amount, amount + 977 * place)
            for place, amount in enumerate(amounts)
        ]
        due = self.world.now + days * DAY
        terms = Terms(OBLIGOR, SUPPLIER, PROFILE_ID, due, sum(amounts), b"\x0a" * 32, self.salt.to_bytes(32, "big"))
        payable = ids.payable_id(terms, portions)
        self._do("obligor", "issue", terms, portions)
        self.world.issued[payable] = (terms, portions)
        self.payables.append(payable)
        self.lots.append(ids.root(payable))
        self.portions += portions
        if accept:
            self._do("supplier", "accept", payable)
        return payable

    def _pass(self, lot: int, child: int, amount: int, to: str, *, kind: int = 0) -> int:
        offer = self.world.offer(lot, child, amount, to, kind=kind)
        self._do(to, "acceptOffer", offer, self.world.signature("supplier", offer))
        self.lots.append(ids.child(lot, child))
        return self.lots[-1]

    def _claim(self) -> None:
        """One payable whose lots are split, sold with recourse, frozen, locked, offered, pledged."""
        world = self.world
        self.claim = self._issue([40_000, 50_000], days=90)
        root = ids.root(self.claim)
        sold = self._pass(root, 0, 20_000, "second", kind=OFFER_SALE_RECOURSE)
        frozen = self._pass(root, 3, 30_000, "bank")
        self._do("supplier", "split", root, [5], [10_000])
        offered = ids.child(root, 5)
        self._do("second", "split", sold, [1, 39], [5_000, 6_000])
        deep, financed = ids.child(sold, 1), ids.child(sold, 39)
        self.lots += [offered, deep, financed]
        self._do("registrar", "freeze", frozen, 7_000, BASIS)
        self._do("second", "lock", sold, BANK, world.now + DAY)
        offer = world.offer(offered, 255, 10_000, "second")
        self._do("supplier", "makeOffer", offer)
        consent = Financing(BANK, world.now + 2 * DAY, FINANCE_PLEDGE, False, b"\x06" * 32)
        self._do("second", "lockForFinancing", financed, consent)
        self._do("supplier", "lockForFinancing", root, consent)
        self._do("bank", "finance", root, consent, b"\x07" * 32)
        self.recourse = dict.fromkeys((sold, deep, financed), SUPPLIER)
        self.frozen = {frozen: 7_000}
        self.consents[financed] = int.from_bytes(ids.financing_hash(consent), "big")
        (stored,) = [event for event in world.events if event.name == "OfferMade"]
        self.consents[offered] = int.from_bytes(stored.args["offerHash"], "big")

    def _other_states(self) -> None:
        """Payables that wait, were refused, cancelled, or will be settled."""
        self._issue([10_000], days=60, accept=False)
        for who, function, rest in (("supplier", "refuse", []), ("obligor", "cancel", [b""])):
            payable = self._issue([11_000], days=60, accept=False)
            self._do(who, function, *self.world.issued[payable], *rest)
            self.portions.pop()
        self.settled = self._issue([12_000], days=30)

    def _rounds(self) -> None:
        """A round that is open, with one of its two lots paid."""
        world = self.world
        self.short = self._issue([60_000], days=30)
        lot = self._pass(ids.root(self.short), 2, 25_000, "bank")
        self._do("agent", "recordPayment", self.short, 1, 21_111, b"\x08" * 32)
        self._do("agent", "recordPayment", self.settled, 1, 12_000, b"\x08" * 32)
        world.now += 31 * DAY
        self._do("agent", "redeem", ids.root(self.settled), b"\x09" * 32)
        self._do("agent", "openRound", self.short)
        self.line = 25_000 * 21_111 // 60_000
        self._do("agent", "redeemInRound", [lot], [self.line], [b"\x09" * 32])
        self.lines = {lot: self.line}

    def _overdue(self) -> None:
        world = self.world
        self._do("registrar", "suspendRedemption", self.claim, True, BASIS)
        world.now += 65 * DAY
        self._do("bank", "markOverdue", self.claim)
        self.until = world.now + 400 * DAY
        self._do("registrar", "setParticipant", SECOND, ROLE_SUPPLIER, STATUS_SUSPENDED, self.until, "0x" + "5a" * 20, b"\xd0" * 32)

    def view(self, function: str, *args: Any) -> dict[str, Any]:
        """A decoded read by the names of its outputs."""
        raw = next(raw for raw in load(INTERFACE).entries("function") if raw["name"] == function)
        answer = decode_result(function, self.world.gateway.call(self.world.contract, encode_call(function, args)))
        return dict(zip([output["name"] for output in raw["outputs"]], answer, strict=True))

    def _expect(self) -> None:
        """By the decoded reads where the contract has them, by what was sent otherwise."""
        self._expect_claims()
        self._expect_people()
        self._expect_rules()

    def _add(self, variable: str, keys: dict[str, int], **fields: int) -> None:
        self.samples.append(Sample(variable, keys, fields))

    def _expect_claims(self) -> None:
        for payable in self.payables:
            self._add("_payables", {"payable": payable}, **self.view("payableOf", payable))
        for lot in self.lots:
            self._add("_lots", {"lot": lot}, **self.view("lotOf", lot))
            self._add("_frozen", {"lot": lot}, amount=self.frozen.get(lot, 0))
            self._add("_recourse", {"lot": lot}, seller=self.recourse.get(lot, 0))
            self._add("_lines", {"lot": lot}, amount=self.lines.get(lot, 0))
            self._add("_consents", {"lot": lot}, hash=self.consents.get(lot, 0))
        self._add("_rounds", {"payable": self.short}, base=60_000, seen=25_000, payment=21_111)
        for portion in self.portions:
            keys = {"obligor": OBLIGOR, "fingerprint": int.from_bytes(portion.fingerprint, "big")}
            self._add("_invoices", keys, occupied=portion.amount, total=portion.total, currency=CNY)

    def _expect_people(self) -> None:
        until = 2**32 - 1
        for who, (number, roles) in PEOPLE.items():
            address = int(self.world.address(who), 16)
            standing = {"roles": roles, "status": STATUS_ACTIVE, "verifiedUntil": until, "epoch": 0}
            account, dossier = address, 0
            if number == SECOND:
                standing |= {"status": STATUS_SUSPENDED, "verifiedUntil": self.until, "epoch": 1}
                account, dossier = int("5a" * 20, 16), int("d0" * 32, 16)
            self._add("_participants", {"participant": number}, **standing, account=account)
            self._add("_dossiers", {"participant": number}, commitment=dossier)
            self._add("_keys", {"address": address}, participant=number, **{"from": 0}, until=until, **standing)
            keys = 2 if number in (BANK, SUPPLIER) else 1
            self._add("_keyring", {"participant": number}, count=keys)
        standing = {"roles": PEOPLE["bank"][1], "status": STATUS_ACTIVE, "verifiedUntil": until, "epoch": 0}
        dated = {"from": self.begun - 1_000, "until": self.begun + 200 * DAY}
        self._add("_keys", {"address": int("77" * 20, 16)}, participant=BANK, **dated, **standing)
        standing["roles"] = ROLE_SUPPLIER
        self._add("_keys", {"address": int("66" * 20, 16)}, participant=SUPPLIER, **{"from": 5}, until=self.revoked_at, **standing)

    def _expect_rules(self) -> None:
        outputs = next(raw for raw in load(INTERFACE).entries("function") if raw["name"] == "profileOf")["outputs"]
        names = [part["name"] for part in outputs[0]["components"]]
        for number, rules in ((PROFILE_ID, PROFILE), (PROFILE_ID + 1, OTHER_PROFILE)):
            found = self.view("profileOf", number)
            assert list(found["rules"]) == list(rules.args())
            self._add("_rules", {"profile": number}, **dict(zip(names, rules.args(), strict=True)), paused=int(found["paused"]))
        owed = [self.view("payableOf", payable) for payable in self.payables]
        used = sum(debt["outstanding"] - debt["available"] for debt in owed if debt["state"] & 0x0F in (1, 2))
        self._add("_limits", {"obligor": OBLIGOR, "currency": CNY}, limit=10**12, used=used, agent=AGENT, overdue=1)
        self._add("_authority", {}, authority=int(self.world.manifest["addresses"]["AccessManager"], 16), consuming=0)
