// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import "./Lists.sol";

/// @notice All of them at once, and what holds whatever they did.
contract Participants is Lists {
    struct Sum {
        uint256 live;
        uint256 frozen;
    }

    /// @dev A few debts to begin with, so that no walk starts in an empty market.
    function setUp() public override {
        super.setUp();
        for (uint256 i = 0; i < 3; ++i) {
            this.issue(i | (i << 8) | (i << 16), [uint72(300_000), 200_000, 100_000], uint32(5 + 7 * i));
            this.accept(i);
        }
    }

    /// @dev What a walk may do next; what others wait for stands here more than once.
    function selectors() external pure returns (bytes4[] memory all) {
        all = new bytes4[](81);
        all[0] = this.issue.selector;
        all[1] = this.issue.selector;
        all[2] = this.issue.selector;
        all[3] = this.accept.selector;
        all[4] = this.accept.selector;
        all[5] = this.accept.selector;
        all[6] = this.refuse.selector;
        all[7] = this.cancel.selector;
        all[8] = this.markOverdue.selector;
        all[9] = this.markOverdue.selector;
        all[10] = this.markOverdue.selector;
        all[11] = this.issueAgain.selector;
        all[12] = this.passPart.selector;
        all[13] = this.passPart.selector;
        all[14] = this.passPart.selector;
        all[15] = this.passWhole.selector;
        all[16] = this.passWhole.selector;
        all[17] = this.passWhole.selector;
        all[18] = this.passWhole.selector;
        all[19] = this.buyBack.selector;
        all[20] = this.buyBack.selector;
        all[21] = this.sign.selector;
        all[22] = this.sign.selector;
        all[23] = this.submit.selector;
        all[24] = this.submit.selector;
        all[25] = this.submit.selector;
        all[26] = this.makeOffer.selector;
        all[27] = this.makeOffer.selector;
        all[28] = this.takeOffer.selector;
        all[29] = this.takeOffer.selector;
        all[30] = this.revokeOffers.selector;
        all[31] = this.split.selector;
        all[32] = this.merge.selector;
        all[33] = this.merge.selector;
        all[34] = this.lock.selector;
        all[35] = this.release.selector;
        all[36] = this.escapeALock.selector;
        all[37] = this.discharge.selector;
        all[38] = this.moveOverdue.selector;
        all[39] = this.moveOverdue.selector;
        all[40] = this.moveOverdue.selector;
        all[41] = this.moveOverdue.selector;
        all[42] = this.lockForFinancing.selector;
        all[43] = this.finance.selector;
        all[44] = this.finance.selector;
        all[45] = this.releasePledge.selector;
        all[46] = this.pay.selector;
        all[47] = this.pay.selector;
        all[48] = this.pay.selector;
        all[49] = this.reverse.selector;
        all[50] = this.redeem.selector;
        all[51] = this.redeem.selector;
        all[52] = this.redeemMany.selector;
        all[53] = this.openRound.selector;
        all[54] = this.openRound.selector;
        all[55] = this.redeemInRound.selector;
        all[56] = this.redeemInRound.selector;
        all[57] = this.redeemInRound.selector;
        all[58] = this.closeRound.selector;
        all[59] = this.closeRound.selector;
        all[60] = this.reopen.selector;
        all[61] = this.reopen.selector;
        all[62] = this.steal.selector;
        all[63] = this.advance.selector;
        all[64] = this.advance.selector;
        all[65] = this.advance.selector;
        all[66] = this.advance.selector;
        all[67] = this.freeze.selector;
        all[68] = this.forceTransfer.selector;
        all[69] = this.suspendRedemption.selector;
        all[70] = this.pauseProfile.selector;
        all[71] = this.setLimit.selector;
        all[72] = this.setStanding.selector;
        all[73] = this.issueMany.selector;
        all[74] = this.acceptMany.selector;
        all[75] = this.lockForFinancing.selector;
        all[76] = this.acceptOffers.selector;
        all[77] = this.lockForFinancing.selector;
        all[78] = this.releasePledge.selector;
        all[79] = this.intrude.selector;
        all[80] = this.buyBack.selector;
    }

    /// @dev Conservation to the cent, cash, receipts and rounds, debt by debt.
    function checkDebts() external view {
        for (uint256 i = 0; i < debts.length; ++i) {
            uint256 id = debts[i];
            (Debt memory debt, Book storage book) = (_debt(id), books[id]);
            uint256 gone = book.cashed - book.reopened + book.released + book.withdrawn;
            uint256 live = _checkLots(id);
            vm.assertEq(live + gone, book.terms.face, "conservation to the cent");
            vm.assertEq(debt.outstanding, live, "outstanding is the sum of live lots");
            vm.assertLe(debt.available, debt.outstanding, "available is at most outstanding");
            vm.assertEq(book.paid, book.reversed + book.cashed + debt.available, "cash out is cash in");
            vm.assertLe(book.cashed + book.reversed, book.paid, "redeemed for cash is at most what was paid in");
            vm.assertEq(debt.sequence, book.receipts, "a receipt counts once");
            vm.assertEq(debt.due, book.terms.due, "the due time never moves");
            vm.assertEq(debt.obligor, book.terms.obligor, "the obligor stands");
            _checkRound(id, debt, book);
        }
    }

    function _checkRound(uint256 id, Debt memory debt, Book storage book) private view {
        uint256 word = tally.roundWord(id);
        bool open = debt.state & PAYABLE_ROUND_OPEN != 0;
        vm.assertEq(word, open ? book.base | (book.seen << 72) | (book.payment << 144) : 0, "round");
        if (open) vm.assertEq(debt.available, book.payment - book.lines, "what the round has left");
    }

    /// @dev One controller for each lot, and words beside it only while they are needed.
    function _checkLots(uint256 id) private view returns (uint256 live) {
        (Profile memory rules,) = tally.profileOf(_debt(id).profile);
        for (uint256 i = 0; i < lots.length; ++i) {
            uint256 lot = lots[i];
            if (lot >> 96 != id) continue;
            uint256 named = parentOf[lot] == 0 ? id << 96 : _childOf(parentOf[lot], indexOf[lot]);
            vm.assertEq(lot, named, "an id is the hash of its path");
            if (parentOf[lot] != 0 && tally.lotWord(parentOf[lot]) != 0) {
                uint40 spent = _lot(parentOf[lot]).children;
                vm.assertTrue(spent & (uint40(1) << indexOf[lot]) != 0, "its place is spent");
            }
            Holding memory holding = _lot(lot);
            vm.assertLe(holding.hops, rules.hops, "hops stay within the profile");
            if (_lives(lot)) {
                live += holding.amount;
                _checkController(lot, holding);
            } else if (holding.holder == 0) {
                vm.assertEq(tally.lotWord(lot), 0, "what is gone leaves no word");
                vm.assertEq(tally.recourseOf(lot), 0, "nor recourse");
            }
        }
    }

    function _checkController(uint256 lot, Holding memory holding) private view {
        vm.assertEq(holding.lockParty == 0, holding.lockUntil == 0, "a lock has a party and a time");
        vm.assertNotEq(holding.lockParty, holding.holder, "no one locks for itself");
        uint256 reasons = (holding.flags & LOT_PLEDGED != 0 ? 1 : 0) + (holding.flags & LOT_FINANCING != 0 ? 1 : 0)
            + (holding.flags & LOT_OFFERED != 0 ? 1 : 0);
        vm.assertLe(reasons, holding.lockParty == 0 ? 0 : 1, "a lot has one controller");
        bool consent = holding.flags & (LOT_FINANCING | LOT_OFFERED) != 0;
        vm.assertEq(tally.consentOf(lot) != 0, consent, "a consent stands as long as its lock");
        vm.assertEq(tally.recourseOf(lot) != 0, holding.flags & LOT_RECOURSE != 0, "recourse");
        vm.assertEq(tally.frozenOf(lot), ice[lot], "what is frozen stays frozen");
        vm.assertEq(ice[lot] != 0, holding.flags & LOT_FROZEN != 0, "frozen");
        if (holding.round == 0) vm.assertGe(holding.amount, ice[lot], "what is frozen does not leave");
        if (holding.flags & LOT_PLEDGED != 0) vm.assertEq(holding.lockUntil, type(uint32).max, "a pledge has no end");
    }

    /// @dev Exposure and overdue debts, per obligor and currency.
    function checkLimits() external view {
        uint32[2] memory obligors = [OBLIGOR, OTHER_OBLIGOR];
        for (uint256 i = 0; i < 4; ++i) {
            (uint32 obligor, uint16 currency) = (obligors[i % 2], i < 2 ? CNY : EUR);
            uint256 used;
            uint256 overdue;
            for (uint256 j = 0; j < debts.length; ++j) {
                Debt memory debt = _debt(debts[j]);
                if (debt.obligor != obligor || books[debts[j]].currency != currency) continue;
                used += debt.outstanding - debt.available;
                if (debt.state & PAYABLE_OVERDUE != 0) overdue += 1;
            }
            Credit memory credit = _creditOf(obligor, currency);
            vm.assertEq(credit.used, used, "used is the sum of what is open");
            vm.assertEq(credit.overdue, overdue, "overdue debts are counted");
        }
    }

    /// @dev An invoice backs what stands of debts made of it, and never more than its total.
    function checkInvoices() external view {
        uint32[2] memory obligors = [OBLIGOR, OTHER_OBLIGOR];
        for (uint256 i = 0; i < 2 * 2 * INVOICES; ++i) {
            bytes32 fingerprint = bytes32((i / 2 < INVOICES ? 100 : 200) + (i / 2) % INVOICES + 1);
            uint72 occupied = _occupied(obligors[i % 2], fingerprint);
            vm.assertEq(
                occupied, _backed(obligors[i % 2], fingerprint), "an invoice is occupied by the debts that stand"
            );
            vm.assertLe(occupied, TOTAL, "never beyond its total");
        }
    }

    function _backed(uint32 obligor, bytes32 fingerprint) private view returns (uint256 sum) {
        for (uint256 i = 0; i < debts.length; ++i) {
            Book storage book = books[debts[i]];
            if (book.terms.obligor != obligor || book.withdrawn != 0) continue;
            for (uint256 j = 0; j < book.portions.length; ++j) {
                if (book.portions[j].fingerprint == fingerprint) sum += book.portions[j].amount;
            }
        }
    }
}

interface Metering {
    function pauseGasMetering() external;
}

contract MarketTest is Test {
    uint256 private constant WORLDS = 12;
    uint256 private constant STEPS = 250;
    Participants private _all;
    string[51] private _acts = [
        "issue",
        "accept",
        "refuse",
        "cancel",
        "markOverdue",
        "passPart",
        "passWhole",
        "buyBack",
        "sign",
        "submit",
        "submit refused",
        "makeOffer",
        "takeOffer",
        "takeOffer refused",
        "revokeOffers",
        "split",
        "merge",
        "lock",
        "release",
        "escapeALock",
        "discharge",
        "setOff",
        "repurchase",
        "subrogate",
        "lockForFinancing",
        "assign",
        "pledge",
        "releasePledge",
        "pay",
        "reverse",
        "redeem",
        "redeemMany",
        "openRound",
        "redeemInRound",
        "closeRound",
        "reopen",
        "reopen a line",
        "steal",
        "advance",
        "freeze",
        "force whole",
        "force part",
        "suspendRedemption",
        "pauseProfile",
        "setLimit",
        "setStanding",
        "force to itself",
        "issueMany",
        "acceptMany",
        "acceptOffers",
        "intrude"
    ];
    mapping(uint256 act => uint256) private _happened;

    function setUp() public {
        _all = new Participants();
        _all.setUp();
        _target(address(_all), _all.selectors());
    }

    /// @dev One function, because each walks on its own.
    function invariant_EveryBookAgreesWithEveryWord() public view {
        _check();
    }

    function _check() private view {
        _all.checkDebts();
        _all.checkLimits();
        _all.checkInvoices();
    }

    /// @dev The walks are no standstill: a few worlds see everything that may happen.
    function testEveryActHappens() public {
        Metering(address(vm)).pauseGasMetering();
        for (uint256 world = 0; world < WORLDS; ++world) {
            setUp();
            _walk(world);
            for (uint256 i = 0; i < _acts.length; ++i) {
                _happened[i] += _all.count(_acts[i]);
            }
        }
        for (uint256 i = 0; i < _acts.length; ++i) {
            vm.assertGt(_happened[i], 0, _acts[i]);
        }
    }

    function _walk(uint256 world) private {
        bytes4[] memory selectors = _all.selectors();
        for (uint256 i = 0; i < STEPS; ++i) {
            uint256 seed = uint256(keccak256(abi.encode(world, i)));
            bytes memory seeds = abi.encode(seed >> 8, seed >> 224, (seed >> 40) % 1e9, (seed >> 70) % 1e9, seed >> 224);
            (bool done,) = address(_all).call(bytes.concat(selectors[(seed >> 80) % selectors.length], seeds));
            vm.assertTrue(done, "an act fails");
        }
        _check();
    }
}
