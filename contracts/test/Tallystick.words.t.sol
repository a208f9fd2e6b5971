// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import "./Base.t.sol";

/// @notice The reads of raw words and of the words that exist only while they are needed.
contract WordsTest is Base {
    function testEveryWordIsZeroBeforeItsFirstUse(uint256 id, address key, bytes32 fingerprint, uint32 who)
        public
        view
    {
        who = uint32(bound(who, 100, type(uint32).max));
        vm.assume(uint32(tally.keyWord(key)) == 0);
        vm.assertEq(tally.payableWord(id), 0, "payable");
        vm.assertEq(tally.lotWord(id), 0, "lot");
        vm.assertEq(tally.participantWord(who), 0, "participant");
        vm.assertEq(tally.dossierOf(who), 0, "dossier");
        vm.assertEq(tally.limitWord(who, CNY), 0, "limit");
        vm.assertEq(tally.invoiceWord(who, fingerprint), 0, "invoice");
        vm.assertEq(tally.roundWord(id), 0, "round");
        vm.assertEq(tally.frozenOf(id), 0, "frozen");
        vm.assertEq(tally.recourseOf(id), 0, "recourse");
        vm.assertEq(tally.consentOf(id), 0, "consent");
    }

    /// @dev Each field at its largest, so that no neighbour shows through.
    function testParticipantWord(uint8 roles, uint32 verifiedUntil, address account) public {
        _asRegistrar();
        tally.setParticipant(77, roles, STATUS_SUSPENDED, verifiedUntil, account, DOCUMENTS);
        uint256 word = tally.participantWord(77);
        vm.assertEq(uint8(word), roles, "roles");
        vm.assertEq(uint8(word >> 8), STATUS_SUSPENDED, "status");
        vm.assertEq(uint32(word >> 16), verifiedUntil, "verified until");
        vm.assertEq(uint32(word >> 48), 0, "epoch");
        vm.assertEq(address(uint160(word >> 80)), account, "account");
        vm.assertEq(word >> 240, 0, "rest");
        vm.assertEq(tally.dossierOf(77), DOCUMENTS, "dossier");
    }

    function testKeyWord() public view {
        uint256 word = uint256(FUNDER) | (uint256(START) << 32) | (uint256(KEY_UNTIL) << 64);
        vm.assertEq(tally.keyWord(keyOf[FUNDER]), word);
    }

    function testLimitWord(uint72 face) public {
        face = uint72(bound(face, SMALLEST, LIMIT));
        _issue(face);
        uint256 word = uint256(LIMIT) | (uint256(face) << 72) | (uint256(AGENT) << 144);
        vm.assertEq(tally.limitWord(OBLIGOR, CNY), word);
    }

    function testInvoiceWord(uint72 amount, uint72 total) public {
        amount = uint72(bound(amount, SMALLEST, LIMIT));
        total = uint72(bound(total, amount, type(uint72).max));
        Portion[] memory portions = _portions(amount);
        portions[0].total = total;
        _issue(_terms(amount), portions);
        uint256 word = uint256(amount) | (uint256(total) << 72) | (uint256(CNY) << 144);
        vm.assertEq(tally.invoiceWord(OBLIGOR, portions[0].fingerprint), word);
    }

    function testRoundWordLivesWhileTheRoundIsOpen(uint72 payment) public {
        payment = uint72(bound(payment, 1, FACE - 1));
        (uint256 id, uint256 lot) = _issueAccepted(FACE);
        _pay(id, payment);
        _toRedemption(id);
        _as(AGENT);
        tally.openRound(id);
        vm.assertEq(tally.roundWord(id), uint256(FACE) | (uint256(payment) << 144), "opened");
        _redeemInRound(lot, payment);
        vm.assertEq(tally.roundWord(id), uint256(FACE) | (uint256(FACE) << 72) | (uint256(payment) << 144), "seen");
        _as(AGENT);
        tally.closeRound(id);
        vm.assertEq(tally.roundWord(id), 0, "closed");
    }

    function _redeemInRound(uint256 lot, uint72 amount) private {
        (uint256[] memory lots, uint72[] memory amounts, bytes32[] memory receipts) =
            (new uint256[](1), new uint72[](1), new bytes32[](1));
        (lots[0], amounts[0], receipts[0]) = (lot, amount, RECEIPT);
        _as(AGENT);
        tally.redeemInRound(lots, amounts, receipts);
    }

    function testFrozenOfLivesWhileAPartIsFrozen(uint72 amount) public {
        amount = uint72(bound(amount, 1, FACE));
        (, uint256 lot) = _issueAccepted(FACE);
        _freeze(lot, amount);
        vm.assertEq(tally.frozenOf(lot), amount, "frozen");
        _freeze(lot, 0);
        vm.assertEq(tally.frozenOf(lot), 0, "lifted");
    }

    function testRecourseOfNamesTheSellerUntilTheLotIsSoldWithout() public {
        (, uint256 lot) = _issueAccepted(FACE);
        Offer memory offer = _offer(lot, 3, FACE / 2, SECOND);
        offer.kind = OFFER_SALE_RECOURSE;
        uint256 child = _accept(offer);
        vm.assertEq(tally.recourseOf(child), SUPPLIER, "child");
        vm.assertEq(tally.recourseOf(lot), 0, "parent");
        _passWhole(child, THIRD);
        vm.assertEq(tally.recourseOf(child), 0, "sold without");
    }

    function testConsentOfHoldsTheFinancingWhileItsLockStands() public {
        (, uint256 lot) = _issueAccepted(FACE);
        Financing memory financing = _financing(FINANCE_ASSIGNMENT, true);
        _lockForFinancing(lot, financing);
        vm.assertEq(tally.consentOf(lot), tally.financingHash(financing), "locked");
        _as(FUNDER);
        tally.finance(lot, financing, RECEIPT);
        vm.assertEq(tally.consentOf(lot), 0, "financed");
    }

    function testConsentOfHoldsAnOfferMadeOnChainUntilItIsTaken() public {
        (, uint256 lot) = _issueAccepted(FACE);
        Offer memory offer = _offer(lot, WHOLE, FACE, SECOND);
        _as(SUPPLIER);
        tally.makeOffer(offer);
        vm.assertNotEq(tally.consentOf(lot), 0, "offered");
        _submit(offer, "");
        vm.assertEq(tally.consentOf(lot), 0, "taken");
    }
}
