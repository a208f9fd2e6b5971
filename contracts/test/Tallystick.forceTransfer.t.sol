// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import "./Base.t.sol";

contract ForceTransferTest is Base {
    uint256 private _id;
    uint256 private _root;

    function setUp() public override {
        super.setUp();
        (_id, _root) = _issueAccepted(FACE);
    }

    function _force(uint256 lot, uint8 child, uint72 amount, uint32 to) private returns (uint256) {
        _asRegistrar();
        return tally.forceTransfer(lot, child, amount, to, BASIS);
    }

    function _refused(bytes memory reason, uint256 lot, uint8 child, uint72 amount, uint32 to) private {
        vm.expectRevert(reason);
        _force(lot, child, amount, to);
    }

    /* REFUSALS */

    function testRefusesAnyoneButTheRegistrar(address caller) public {
        vm.assume(caller != registrar);
        _expectUnauthorized(caller);
        vm.prank(caller);
        tally.forceTransfer(_root, WHOLE, FACE, THIRD, BASIS);
    }

    function testRefusesWithoutALegalBasis() public {
        vm.expectRevert(abi.encodeWithSelector(IRegistrar.BadArgument.selector, "basis"));
        _asRegistrar();
        tally.forceTransfer(_root, WHOLE, FACE, THIRD, 0);
    }

    function testRefusesAnUnknownLot(uint256 lot) public {
        vm.assume(lot != _root);
        _refused(abi.encodeWithSelector(ILots.UnknownLot.selector, lot), lot, WHOLE, FACE, THIRD);
    }

    function testRefusesALotThatEnded() public {
        _pay(_id, FACE);
        _toRedemption(_id);
        _redeem(_root);
        _refused(abi.encodeWithSelector(ILots.LotEnded.selector, _root), _root, WHOLE, FACE, THIRD);
    }

    function testRefusesAPayableThatIsNotAccepted() public {
        uint256 id = _issue(FACE);
        bytes memory reason = abi.encodeWithSelector(IPayables.WrongState.selector, id, PAYABLE_ISSUED);
        _refused(reason, id << 96, WHOLE, FACE, THIRD);
    }

    function testRefusesWhileARoundIsOpen() public {
        _pay(_id, FACE / 2);
        _toRedemption(_id);
        _as(AGENT);
        tally.openRound(_id);
        _refused(abi.encodeWithSelector(IPayments.RoundIsOpen.selector, _id), _root, WHOLE, FACE, THIRD);
    }

    function testRefusesAnUnknownRecipient() public {
        _refused(abi.encodeWithSelector(IRegistrar.UnknownParticipant.selector, NOBODY), _root, WHOLE, FACE, NOBODY);
    }

    function testRefusesASuspendedRecipient() public {
        _suspend(THIRD, ROLE_SUPPLIER);
        bytes memory reason = abi.encodeWithSelector(IRegistrar.ParticipantInactive.selector, THIRD, STATUS_SUSPENDED);
        _refused(reason, _root, WHOLE, FACE, THIRD);
    }

    function testRefusesTheWholeUnderAnotherAmount(uint72 amount) public {
        vm.assume(amount != FACE);
        bytes memory reason = abi.encodeWithSelector(ILots.AmountOutOfRange.selector, _root, amount, FACE);
        _refused(reason, _root, WHOLE, amount, THIRD);
    }

    function testRefusesAPartOfNothingOrOfMoreThanTheLot(uint72 amount) public {
        amount = uint72(bound(amount, FACE, type(uint72).max));
        if (amount == FACE) amount = 0;
        bytes memory reason = abi.encodeWithSelector(ILots.AmountOutOfRange.selector, _root, amount, FACE);
        _refused(reason, _root, 0, amount, THIRD);
    }

    function testRefusesAChildBeyondTheBits(uint8 child) public {
        child = uint8(bound(child, CHILDREN, WHOLE - 1));
        bytes memory reason = abi.encodeWithSelector(ILots.ChildOutOfRange.selector, child, CHILDREN);
        _refused(reason, _root, child, SMALLEST, THIRD);
    }

    function testRefusesAChildThatWasSpent(uint8 child) public {
        child = uint8(bound(child, 0, CHILDREN - 1));
        _passPart(_root, child, SMALLEST, SECOND);
        _refused(abi.encodeWithSelector(ILots.ChildSpent.selector, _root, child), _root, child, SMALLEST, THIRD);
    }

    /* THE WHOLE LOT */

    function testMovesTheWholeLotWithoutAHop(bytes32 basis) public {
        vm.assume(basis != 0);
        _passWhole(_root, SECOND);
        Holding memory lot = _lot(_root);
        vm.expectEmit(address(tally));
        emit IHoldings.TransferForced(_root, _root, SECOND, THIRD, FACE, basis);
        _asRegistrar();
        vm.assertEq(tally.forceTransfer(_root, WHOLE, FACE, THIRD, basis), _root, "id");
        lot.holder = THIRD;
        lot.version += 1;
        vm.assertEq(abi.encode(_lot(_root)), abi.encode(lot), "lot");
        vm.assertEq(_debt(_id).outstanding, FACE, "outstanding");
        vm.assertEq(_credit(OBLIGOR).used, FACE, "used");
    }

    function testTakesTheLotOutOfALock() public {
        _lockFor(_root, FUNDER, START + 1 days);
        _assertTakenOut();
    }

    function testTakesTheLotOutOfAPledge() public {
        _pledge(_root);
        _assertTakenOut();
    }

    function testTakesTheLotOutOfAFinancingLock() public {
        Financing memory financing = _financing(FINANCE_ASSIGNMENT, false);
        _lockForFinancing(_root, financing);
        _assertTakenOut();
        vm.expectRevert(abi.encodeWithSelector(IOffers.FinancingMismatch.selector, _root));
        _as(FUNDER);
        tally.finance(_root, financing, RECEIPT);
    }

    function testTakesTheLotOutOfAnOfferMadeOnChain() public {
        Offer memory offer = _offer(_root, WHOLE, FACE, SECOND);
        _as(SUPPLIER);
        tally.makeOffer(offer);
        _assertTakenOut();
        vm.expectRevert(abi.encodeWithSelector(ILots.OfferStale.selector, _root, 2));
        _submit(offer, "");
    }

    function _assertTakenOut() private {
        uint16 version = _lot(_root).version;
        _force(_root, WHOLE, FACE, THIRD);
        Holding memory lot = _lot(_root);
        vm.assertEq(lot.holder, THIRD, "holder");
        vm.assertEq(lot.flags, 0, "flags");
        vm.assertEq(lot.lockParty, 0, "lock party");
        vm.assertEq(lot.lockUntil, 0, "lock until");
        vm.assertEq(lot.version, version + 1, "version");
        vm.assertEq(tally.consentOf(_root), 0, "consent");
    }

    function testKeepsTheRecourseAndTheFreezeOfTheWholeLot(uint72 frozen) public {
        frozen = uint72(bound(frozen, 1, FACE));
        Offer memory offer = _offer(_root, WHOLE, FACE, SECOND);
        offer.kind = OFFER_SALE_RECOURSE;
        _accept(offer);
        _freeze(_root, frozen);
        _force(_root, WHOLE, FACE, THIRD);
        vm.assertEq(_lot(_root).flags, LOT_RECOURSE | LOT_FROZEN, "flags");
        vm.assertEq(tally.frozenOf(_root), frozen, "frozen");
        vm.assertEq(tally.recourseOf(_root), SUPPLIER, "recourse");
    }

    /* A PART */

    function testMovesTheFreePartFirstAndWhatExceedsItStaysFrozen(uint72 amount, uint72 frozen, uint8 child) public {
        amount = uint72(bound(amount, 1, FACE));
        frozen = uint72(bound(frozen, 0, FACE));
        child = uint8(bound(child, 0, CHILDREN - 1));
        _freeze(_root, frozen);
        Holding memory lot = _lot(_root);
        uint256 childId = tally.childOf(_root, child);
        vm.expectEmit(address(tally));
        emit IHoldings.TransferForced(_root, childId, SUPPLIER, THIRD, amount, BASIS);
        vm.assertEq(_force(_root, child, amount, THIRD), childId, "id");
        uint72 carried = amount > FACE - frozen ? amount - (FACE - frozen) : 0;
        _assertPart(childId, amount, carried);
        lot.amount = FACE - amount;
        lot.version += 1;
        lot.children = uint40(1) << child;
        lot.flags = frozen == carried ? 0 : LOT_FROZEN;
        vm.assertEq(abi.encode(_lot(_root)), abi.encode(lot), "parent");
        vm.assertEq(tally.frozenOf(_root), frozen - carried, "frozen in the parent");
        vm.assertEq(_debt(_id).outstanding, FACE, "outstanding");
    }

    function _assertPart(uint256 childId, uint72 amount, uint72 carried) private view {
        uint256 word = uint256(THIRD) | (uint256(amount) << 32) | (uint256(1) << 112);
        if (carried != 0) word |= uint256(LOT_FROZEN) << 136;
        vm.assertEq(tally.lotWord(childId), word, "child");
        vm.assertEq(tally.frozenOf(childId), carried, "frozen in the child");
    }

    function testAPartKeepsTheRecourseOfItsLot() public {
        Offer memory offer = _offer(_root, WHOLE, FACE, SECOND);
        offer.kind = OFFER_SALE_RECOURSE;
        _accept(offer);
        uint256 child = _force(_root, 0, FACE / 2, THIRD);
        vm.assertEq(_lot(child).flags, LOT_RECOURSE, "flags");
        vm.assertEq(tally.recourseOf(child), SUPPLIER, "recourse of the child");
        vm.assertEq(tally.recourseOf(_root), SUPPLIER, "recourse of the parent");
    }

    /* AT ANY TIME */

    function testIgnoresTheHopLimitTheSmallestLotAndTheRecordTime() public {
        uint32[6] memory holders = [SECOND, THIRD, SECOND, THIRD, SECOND, THIRD];
        for (uint256 i = 0; i < HOPS; ++i) {
            _passWhole(_root, holders[i]);
        }
        _toRecordTime(_id);
        uint256 child = _force(_root, 0, 1, FUNDER);
        vm.assertEq(_lot(child).hops, HOPS, "hops");
        vm.assertEq(_lot(child).amount, 1, "amount");
    }

    function testReachesALotOfAnOverduePayable() public {
        _toOverdue(_id);
        tally.markOverdue(_id);
        _force(_root, WHOLE, FACE, THIRD);
        vm.assertEq(_lot(_root).holder, THIRD);
    }

    function testReachesALotAtItsLastVersion() public {
        _setVersion(_root, type(uint16).max);
        _force(_root, WHOLE, FACE, THIRD);
        vm.assertEq(_lot(_root).version, type(uint16).max, "version");
        vm.assertEq(_lot(_root).holder, THIRD, "holder");
    }

    function testReachesALotWhoseHolderIsSuspended() public {
        _suspend(SUPPLIER, ROLE_SUPPLIER);
        _force(_root, WHOLE, FACE, THIRD);
        vm.assertEq(_lot(_root).holder, THIRD);
    }
}
