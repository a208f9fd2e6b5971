// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import "./Base.t.sol";

contract MakeOfferTest is Base {
    uint256 private _id;
    uint256 private _root;

    function setUp() public override {
        super.setUp();
        (_id, _root) = _issueAccepted(FACE);
    }

    function _make(Offer memory offer) private {
        _as(SUPPLIER);
        tally.makeOffer(offer);
    }

    function _refused(Offer memory offer, bytes memory reason) private {
        vm.expectRevert(reason);
        _make(offer);
    }

    function _whole() private view returns (Offer memory) {
        return _offer(_root, WHOLE, FACE, SECOND);
    }

    function testRefusesAnyoneButTheHolder() public {
        Offer memory offer = _whole();
        vm.expectRevert(abi.encodeWithSelector(ILots.NotHolder.selector, _root, THIRD, SUPPLIER));
        _as(THIRD);
        tally.makeOffer(offer);
    }

    function testRefusesAnotherVersion(uint16 version) public {
        vm.assume(version != 0);
        Offer memory offer = _whole();
        offer.version = version;
        _refused(offer, abi.encodeWithSelector(ILots.OfferStale.selector, _root, 0));
    }

    function testRefusesKindsOfOverdueLots(uint8 kind) public {
        kind = uint8(bound(kind, OFFER_REPURCHASE, type(uint8).max));
        Offer memory offer = _whole();
        offer.kind = kind;
        _refused(offer, abi.encodeWithSelector(ILots.KindNotAllowed.selector, _root, kind));
    }

    function testRefusesADeadlineThatHasPassedOrReachesTheRecordTime(uint32 deadline) public {
        Offer memory offer = _whole();
        offer.deadline = uint32(bound(deadline, 0, START));
        _refused(offer, abi.encodeWithSelector(ILots.LockInPast.selector, offer.deadline));
        offer.deadline = uint32(bound(deadline, _recordTime(_id), type(uint32).max));
        bytes4 beyond = ILots.LockBeyondRecordTime.selector;
        _refused(offer, abi.encodeWithSelector(beyond, offer.deadline, _recordTime(_id)));
    }

    function testRefusesALotThatIsLocked() public {
        _make(_whole());
        Offer memory offer = _offer(_root, WHOLE, FACE, THIRD);
        _refused(offer, abi.encodeWithSelector(ILots.LotIsLocked.selector, _root, SECOND, START + 1 days));
    }

    function testRefusesAnUnknownRecipient() public {
        Offer memory offer = _offer(_root, WHOLE, FACE, NOBODY);
        _refused(offer, abi.encodeWithSelector(IRegistrar.UnknownParticipant.selector, NOBODY));
    }

    function testLocksTheLotForTheRecipient(uint32 deadline, bytes32 documents) public {
        Offer memory offer = _whole();
        offer.deadline = uint32(bound(deadline, START + 1, _recordTime(_id) - 1));
        offer.documents = documents;
        Holding memory lot = _lot(_root);
        vm.expectEmit(address(tally));
        emit IHoldings.OfferMade(_root, _offerStruct(offer), offer);
        _make(offer);
        vm.assertEq(tally.consentOf(_root), _offerStruct(offer));
        (lot.version, lot.flags, lot.lockParty, lot.lockUntil) = (1, LOT_OFFERED, SECOND, offer.deadline);
        vm.assertEq(abi.encode(_lot(_root)), abi.encode(lot));
    }

    function testTheRecipientTakesItWithoutASignature(uint72 amount) public {
        amount = uint72(bound(amount, SMALLEST, FACE - SMALLEST));
        Offer memory offer = _offer(_root, 3, amount, SECOND);
        _make(offer);
        uint256 lot = _submit(offer, "");
        vm.assertEq(_lot(lot).holder, SECOND);
        Holding memory parent = _lot(_root);
        vm.assertEq(parent.amount, FACE - amount);
        vm.assertEq(parent.lockParty | parent.lockUntil | parent.flags, 0, "free again");
        vm.assertEq(tally.consentOf(_root), 0);
    }

    function testRefusesAnyOtherThanTheStoredOffer(uint8 field) public {
        Offer memory offer = _offer(_root, 3, FACE / 2, SECOND);
        _make(offer);
        field = uint8(bound(field, 0, 4));
        if (field == 0) offer.amount += 1;
        if (field == 1) offer.child += 1;
        if (field == 2) offer.kind = OFFER_SALE_RECOURSE;
        if (field == 3) offer.documents = 0;
        if (field == 4) offer.version += 1;
        vm.expectRevert(abi.encodeWithSelector(IOffers.OfferMismatch.selector, _root));
        _submit(offer, "");
    }

    function testTheOfferEndsAtItsDeadlineAndTheHolderIsFreeAgain() public {
        Offer memory offer = _whole();
        _make(offer);
        vm.warp(uint256(offer.deadline) + 1);
        vm.expectRevert(abi.encodeWithSelector(IOffers.OfferExpired.selector, offer.deadline));
        _submit(offer, "");
        _passWhole(_root, THIRD);
        vm.assertEq(tally.consentOf(_root), 0);
    }

    function testAFreezeAndItsLiftingMakeItStale() public {
        Offer memory offer = _whole();
        _make(offer);
        _freeze(_root, FACE);
        _freeze(_root, 0);
        vm.expectRevert(abi.encodeWithSelector(ILots.OfferStale.selector, _root, 3));
        _submit(offer, "");
    }

    function testAHigherEpochMakesItVoid() public {
        Offer memory offer = _whole();
        _make(offer);
        _as(SUPPLIER);
        tally.revokeOffers();
        vm.expectRevert(abi.encodeWithSelector(IOffers.EpochStale.selector, SUPPLIER, 1));
        _submit(offer, "");
    }

    function testASuspendedHoldersOfferWaits() public {
        Offer memory offer = _whole();
        _make(offer);
        _suspend(SUPPLIER, ROLE_SUPPLIER);
        bytes4 inactive = IRegistrar.ParticipantInactive.selector;
        vm.expectRevert(abi.encodeWithSelector(inactive, SUPPLIER, STATUS_SUSPENDED));
        _submit(offer, "");
    }
}
