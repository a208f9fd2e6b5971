// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import "./Base.t.sol";
import {Wallet} from "./Wallet.sol";

contract AcceptOfferTest is Base {
    uint8 private constant HOLDER_ROLES = ROLE_SUPPLIER | ROLE_FUNDER | ROLE_OBLIGOR;
    uint256 private _id;
    uint256 private _root;

    function setUp() public override {
        super.setUp();
        (_id, _root) = _issueAccepted(FACE);
    }

    function _refused(Offer memory offer, bytes memory reason) private {
        bytes memory signature = _sign(offer, secretOf[_lot(offer.lot).holder]);
        vm.expectRevert(reason);
        _submit(offer, signature);
    }

    function _part() private view returns (Offer memory) {
        return _offer(_root, 0, FACE / 2, SECOND);
    }

    function _whole() private view returns (Offer memory) {
        return _offer(_root, WHOLE, FACE, SECOND);
    }

    /* REFUSALS: WHO */

    function testRefusesAnUnknownLot(uint256 lot) public {
        vm.assume(lot != _root);
        Offer memory offer = _part();
        offer.lot = lot;
        vm.expectRevert(abi.encodeWithSelector(ILots.UnknownLot.selector, lot));
        _submit(offer, "");
    }

    function testRefusesAnyoneButTheRecipient() public {
        Offer memory offer = _part();
        bytes memory signature = _sign(offer, secretOf[SUPPLIER]);
        vm.expectRevert(abi.encodeWithSelector(IOffers.NotRecipient.selector, THIRD, SECOND));
        _as(THIRD);
        tally.acceptOffer(offer, signature);
    }

    function testRefusesTheHolderAsRecipient() public {
        Offer memory offer = _part();
        offer.recipient = SUPPLIER;
        _refused(offer, abi.encodeWithSelector(IOffers.OfferMismatch.selector, _root));
    }

    function testRefusesARecipientWhoseVerificationExpired() public {
        _expire(SECOND, ROLE_SUPPLIER);
        _refused(_part(), abi.encodeWithSelector(IRegistrar.VerificationExpired.selector, SECOND, START));
    }

    function testRefusesASuspendedRecipient() public {
        _suspend(SECOND, ROLE_SUPPLIER);
        _refused(_part(), abi.encodeWithSelector(IRegistrar.ParticipantInactive.selector, SECOND, STATUS_SUSPENDED));
    }

    function testRefusesARecipientWithoutARoleThatMayHold() public {
        Offer memory offer = _part();
        offer.recipient = AGENT;
        _refused(offer, abi.encodeWithSelector(IRegistrar.RoleMissing.selector, AGENT, HOLDER_ROLES));
    }

    function testRefusesASuspendedHolder() public {
        _suspend(SUPPLIER, ROLE_SUPPLIER);
        _refused(_part(), abi.encodeWithSelector(IRegistrar.ParticipantInactive.selector, SUPPLIER, STATUS_SUSPENDED));
    }

    function testTakesTheOfferOfAHolderWhoseVerificationExpired() public {
        Offer memory offer = _part();
        _expire(SUPPLIER, ROLE_SUPPLIER);
        vm.assertEq(_lot(_accept(offer)).holder, SECOND);
    }

    /* REFUSALS: SIGNATURE */

    function testRefusesTheSignatureOfAnother() public {
        Offer memory offer = _part();
        bytes memory signature = _sign(offer, secretOf[THIRD]);
        vm.expectRevert(IPayables.BadSignature.selector);
        _submit(offer, signature);
    }

    function testRefusesTheSignatureOfNoOne(uint256 secret) public {
        secret = bound(secret, 1, type(uint128).max);
        vm.assume(tally.keyWord(vm.addr(secret)) == 0);
        Offer memory offer = _part();
        bytes memory signature = _sign(offer, secret);
        vm.expectRevert(abi.encodeWithSelector(IRegistrar.UnknownKey.selector, vm.addr(secret)));
        _submit(offer, signature);
    }

    function testRefusesAnyOtherOfferThanTheSigned(uint8 field) public {
        Offer memory offer = _part();
        bytes memory signature = _sign(offer, secretOf[SUPPLIER]);
        field = uint8(bound(field, 0, 4));
        if (field == 0) offer.amount += 1;
        if (field == 1) offer.child += 1;
        if (field == 2) offer.kind = OFFER_SALE_RECOURSE;
        if (field == 3) offer.documents = keccak256("others");
        if (field == 4) offer.deadline += 1;
        // Recovers to an address that nobody has registered.
        vm.expectPartialRevert(IRegistrar.UnknownKey.selector);
        _submit(offer, signature);
    }

    function testRefusesASignatureOfAnotherLength(uint8 length) public {
        vm.assume(length != 65 && length < 20);
        Offer memory offer = _part();
        vm.expectRevert(IPayables.BadSignature.selector);
        _submit(offer, new bytes(length));
    }

    function testTakesTheSignatureOfAContractWallet() public {
        (address first, uint256 firstSecret) = makeAddrAndKey("wallet owner one");
        (address second, uint256 secondSecret) = makeAddrAndKey("wallet owner two");
        address wallet = address(new Wallet(first, second));
        _asRegistrar();
        tally.setKey(wallet, SUPPLIER, START, KEY_UNTIL);
        Offer memory offer = _part();
        (bytes memory one, bytes memory two) = (_sign(offer, firstSecret), _sign(offer, secondSecret));
        vm.expectRevert(IPayables.BadSignature.selector);
        _submit(offer, abi.encodePacked(wallet, two, one));
        vm.assertEq(_lot(_submit(offer, abi.encodePacked(wallet, one, two))).holder, SECOND);
    }

    /* REFUSALS: OFFER */

    function testRefusesAfterTheDeadline(uint32 late) public {
        Offer memory offer = _part();
        vm.warp(bound(late, uint256(offer.deadline) + 1, _recordTime(_id) - 1));
        _refused(offer, abi.encodeWithSelector(IOffers.OfferExpired.selector, offer.deadline));
    }

    function testRefusesAnotherVersion(uint16 version) public {
        vm.assume(version != 0);
        Offer memory offer = _part();
        offer.version = version;
        _refused(offer, abi.encodeWithSelector(ILots.OfferStale.selector, _root, 0));
    }

    function testRefusesAnotherEpoch(uint32 epoch) public {
        vm.assume(epoch != 0);
        Offer memory offer = _part();
        offer.epoch = epoch;
        _refused(offer, abi.encodeWithSelector(IOffers.EpochStale.selector, SUPPLIER, 0));
    }

    function testRefusesKindsOfOverdueLots(uint8 kind) public {
        vm.assume(kind > OFFER_SALE_RECOURSE);
        Offer memory offer = _whole();
        offer.kind = kind;
        _refused(offer, abi.encodeWithSelector(ISettlement.NotOverdue.selector, _id));
    }

    function testRefusesAnAmountOutsideTheLot(uint72 amount) public {
        amount = uint72(bound(amount, FACE + 1, type(uint72).max));
        Offer memory offer = _part();
        offer.amount = amount;
        _refused(offer, abi.encodeWithSelector(ILots.AmountOutOfRange.selector, _root, amount, FACE));
    }

    function testRefusesLessThanTheSmallestLotAndLeavingLess(uint72 amount) public {
        amount = uint72(bound(amount, 0, SMALLEST - 1));
        Offer memory offer = _part();
        offer.amount = amount;
        _refused(offer, abi.encodeWithSelector(ILots.AmountOutOfRange.selector, _root, amount, FACE));
        if (amount == 0) return;
        offer.amount = FACE - amount;
        _refused(offer, abi.encodeWithSelector(ILots.AmountOutOfRange.selector, _root, FACE - amount, FACE));
    }

    function testRefusesAWholeLotOfAnotherAmount(uint72 amount) public {
        vm.assume(amount != FACE);
        Offer memory offer = _whole();
        offer.amount = amount;
        _refused(offer, abi.encodeWithSelector(IOffers.OfferMismatch.selector, _root));
    }

    function testRefusesAnEmptyLot() public {
        _passPart(_root, 0, FACE, SECOND);
        _refused(_offer(_root, WHOLE, 0, SECOND), abi.encodeWithSelector(IOffers.OfferMismatch.selector, _root));
    }

    function testRefusesASpentChild() public {
        _passPart(_root, 7, FACE / 4, SECOND);
        Offer memory offer = _offer(_root, 7, FACE / 4, THIRD);
        _refused(offer, abi.encodeWithSelector(ILots.ChildSpent.selector, _root, 7));
    }

    function testRefusesAChildBeyondTheProfile(uint8 child) public {
        child = uint8(bound(child, CHILDREN, WHOLE - 1));
        Offer memory offer = _offer(_root, child, FACE / 2, SECOND);
        _refused(offer, abi.encodeWithSelector(ILots.ChildOutOfRange.selector, child, CHILDREN));
    }

    /* REFUSALS: STATE AND TIME */

    function testRefusesAPayableThatIsNotAccepted() public {
        uint256 id = _issue(FACE);
        Offer memory offer = _offer(id << 96, 0, FACE / 2, SECOND);
        _refused(offer, abi.encodeWithSelector(IPayables.WrongState.selector, id, PAYABLE_ISSUED));
    }

    function testRefusesFromTheRecordTime(uint32 late) public {
        uint32 time = _recordTime(_id);
        vm.warp(bound(late, time, KEY_UNTIL - 1));
        _refused(_part(), abi.encodeWithSelector(ILots.PastRecordTime.selector, _id, time));
    }

    function testTakesAnOfferInTheLastSecondBeforeTheRecordTime() public {
        vm.warp(_recordTime(_id) - 1);
        vm.assertEq(_lot(_accept(_part())).holder, SECOND);
    }

    function testRefusesAPausedProfile() public {
        _asRegistrar();
        tally.pauseProfile(PROFILE, true);
        _refused(_part(), abi.encodeWithSelector(IRegistrar.ProfileIsPaused.selector, PROFILE));
    }

    function testRefusesMoreHopsThanTheProfileAllows() public {
        uint32[2] memory turn = [SECOND, SUPPLIER];
        for (uint256 i = 0; i < HOPS; ++i) {
            _passWhole(_root, turn[i % 2]);
        }
        Offer memory offer = _offer(_root, WHOLE, FACE, turn[HOPS % 2]);
        _refused(offer, abi.encodeWithSelector(IOffers.TooManyHops.selector, _root, HOPS));
    }

    function testRefusesALotDeeperThanTheProfileAllows() public {
        uint256 lot = _root;
        for (uint256 i = 0; i < DEPTH; ++i) {
            (uint8[] memory children, uint72[] memory amounts) = (new uint8[](1), new uint72[](1));
            amounts[0] = _lot(lot).amount;
            _as(SUPPLIER);
            tally.split(lot, children, amounts);
            lot = tally.childOf(lot, 0);
        }
        _refused(_offer(lot, 0, FACE / 2, SECOND), abi.encodeWithSelector(ILots.TooDeep.selector, lot, DEPTH));
    }

    function testRefusesALotLockedForAnother() public {
        _lockFor(_root, FUNDER, START + 1 days);
        _refused(_part(), abi.encodeWithSelector(ILots.LotIsLocked.selector, _root, FUNDER, START + 1 days));
    }

    function testALockYieldsToItsParty() public {
        _lockFor(_root, SECOND, START + 1 days);
        _passWhole(_root, SECOND);
        Holding memory lot = _lot(_root);
        vm.assertEq(lot.holder, SECOND);
        vm.assertEq(lot.lockParty | lot.lockUntil, 0);
    }

    function testALockThatRanOutBindsNobody() public {
        _lockFor(_root, FUNDER, START + 1 days);
        vm.warp(START + 1 days + 1);
        vm.assertEq(_passWhole(_root, SECOND), _root);
    }

    function testRefusesAFinancingLockEvenForTheFunder() public {
        Financing memory financing = _financing(FINANCE_ASSIGNMENT, false);
        _lockForFinancing(_root, financing);
        Offer memory offer = _offer(_root, WHOLE, FACE, FUNDER);
        _refused(offer, abi.encodeWithSelector(ILots.LotIsLocked.selector, _root, FUNDER, financing.until));
    }

    function testRefusesAPledgedLot() public {
        _pledge(_root);
        _refused(_part(), abi.encodeWithSelector(ILots.LotIsLocked.selector, _root, FUNDER, type(uint32).max));
    }

    function testRefusesToMoveTheFrozenPart(uint72 frozen) public {
        frozen = uint72(bound(frozen, 1, FACE));
        _freeze(_root, frozen);
        _refused(_whole(), abi.encodeWithSelector(ILots.FrozenPart.selector, _root, frozen));
        Offer memory offer = _offer(_root, 0, FACE - frozen + 1, SECOND);
        _refused(offer, abi.encodeWithSelector(ILots.AmountOutOfRange.selector, _root, offer.amount, FACE - frozen));
    }

    function testRefusesALotAtItsLastVersion() public {
        _setVersion(_root, type(uint16).max);
        _refused(_whole(), abi.encodeWithSelector(ILots.VersionSpent.selector, _root));
    }

    /* WHAT IT DOES */

    function testPassesAPart(uint72 amount, uint8 child, bool recourse) public {
        amount = uint72(bound(amount, SMALLEST, FACE - SMALLEST));
        child = uint8(bound(child, 0, CHILDREN - 1));
        Offer memory offer = _offer(_root, child, amount, SECOND);
        offer.kind = recourse ? OFFER_SALE_RECOURSE : OFFER_SALE;
        uint256 lot = tally.childOf(_root, child);
        Holding memory parent = _lot(_root);
        Debt memory debt = _debt(_id);
        bytes memory signature = _sign(offer, secretOf[SUPPLIER]);
        vm.expectEmit(address(tally));
        emit IOffers.Transferred(_root, lot, SUPPLIER, SECOND, amount, offer.kind, DOCUMENTS);
        vm.assertEq(_submit(offer, signature), lot);
        parent.amount -= amount;
        parent.children = uint40(1) << child;
        vm.assertEq(abi.encode(_lot(_root)), abi.encode(parent), "parent");
        Holding memory part;
        (part.holder, part.amount, part.hops, part.depth) = (SECOND, amount, 1, 1);
        part.flags = recourse ? LOT_RECOURSE : 0;
        vm.assertEq(abi.encode(_lot(lot)), abi.encode(part), "part");
        vm.assertEq(tally.recourseOf(lot), recourse ? SUPPLIER : 0, "recourse");
        vm.assertEq(abi.encode(_debt(_id)), abi.encode(debt), "payable");
    }

    function testPassesTheWholeLot(bool recourse) public {
        Offer memory offer = _whole();
        offer.kind = recourse ? OFFER_SALE_RECOURSE : OFFER_SALE;
        Holding memory lot = _lot(_root);
        bytes memory signature = _sign(offer, secretOf[SUPPLIER]);
        vm.expectEmit(address(tally));
        emit IOffers.Transferred(_root, _root, SUPPLIER, SECOND, FACE, offer.kind, DOCUMENTS);
        vm.assertEq(_submit(offer, signature), _root);
        (lot.holder, lot.hops, lot.version, lot.flags) = (SECOND, 1, 1, recourse ? LOT_RECOURSE : 0);
        vm.assertEq(abi.encode(_lot(_root)), abi.encode(lot));
        vm.assertEq(tally.recourseOf(_root), recourse ? SUPPLIER : 0);
    }

    function testFortyOffersFromOneLotInAnyOrder(uint256 seed) public {
        Offer[] memory offers = new Offer[](CHILDREN);
        bytes[] memory signatures = new bytes[](CHILDREN);
        uint72 each = FACE / CHILDREN;
        for (uint8 i = 0; i < CHILDREN; ++i) {
            offers[i] = _offer(_root, i, each, i % 2 == 0 ? SECOND : THIRD);
            signatures[i] = _sign(offers[i], secretOf[SUPPLIER]);
        }
        for (uint256 left = CHILDREN; left > 0; --left) {
            uint256 pick = uint256(keccak256(abi.encode(seed, left))) % left;
            uint256 lot = _submit(offers[pick], signatures[pick]);
            vm.assertEq(_lot(lot).amount, each);
            vm.prank(keyOf[offers[pick].recipient]);
            (bool again,) = address(tally).call(abi.encodeCall(IOffers.acceptOffer, (offers[pick], signatures[pick])));
            vm.assertFalse(again, "an offer is used at most once");
            (offers[pick], signatures[pick]) = (offers[left - 1], signatures[left - 1]);
        }
        vm.assertEq(_lot(_root).amount, FACE - each * CHILDREN);
        vm.assertEq(_lot(_root).children, type(uint40).max);
    }

    /* OVERDUE */

    function _overdue() private returns (uint256 lot) {
        Offer memory offer = _part();
        offer.kind = OFFER_SALE_RECOURSE;
        lot = _accept(offer);
        _toOverdue(_id);
        tally.markOverdue(_id);
    }

    function testTheSellerThatOwesRecourseBuysBack() public {
        uint256 lot = _overdue();
        Offer memory offer = _offer(lot, WHOLE, FACE / 2, SUPPLIER);
        offer.kind = OFFER_REPURCHASE;
        _accept(offer);
        Holding memory holding = _lot(lot);
        vm.assertEq(holding.holder, SUPPLIER);
        vm.assertEq(holding.hops, 1, "no hop");
        vm.assertEq(holding.flags, 0, "no recourse");
        vm.assertEq(tally.recourseOf(lot), 0);
    }

    function testRefusesARepurchaseByAnother() public {
        uint256 lot = _overdue();
        Offer memory offer = _offer(lot, WHOLE, FACE / 2, THIRD);
        offer.kind = OFFER_REPURCHASE;
        _refused(offer, abi.encodeWithSelector(ILots.KindNotAllowed.selector, lot, OFFER_REPURCHASE));
    }

    function testWhoPaidInTheObligorsSteadTakesTheClaim() public {
        uint256 lot = _overdue();
        Offer memory offer = _offer(lot, WHOLE, FACE / 2, FUNDER);
        offer.kind = OFFER_SUBROGATION;
        _accept(offer);
        vm.assertEq(_lot(lot).holder, FUNDER);
    }

    function testRefusesSubrogationByTheObligorItself() public {
        uint256 lot = _overdue();
        Offer memory offer = _offer(lot, WHOLE, FACE / 2, OBLIGOR);
        offer.kind = OFFER_SUBROGATION;
        _refused(offer, abi.encodeWithSelector(ILots.KindNotAllowed.selector, lot, OFFER_SUBROGATION));
    }

    function testRefusesAnOverdueLotInParts() public {
        uint256 lot = _overdue();
        Offer memory offer = _offer(lot, 0, FACE / 4, FUNDER);
        offer.kind = OFFER_SUBROGATION;
        _refused(offer, abi.encodeWithSelector(ILots.KindNotAllowed.selector, lot, OFFER_SUBROGATION));
    }

    function testRefusesToSellAnOverdueLot() public {
        uint256 lot = _overdue();
        Offer memory offer = _offer(lot, WHOLE, FACE / 2, THIRD);
        uint8 state = PAYABLE_ACTIVE | PAYABLE_OVERDUE;
        _refused(offer, abi.encodeWithSelector(IPayables.WrongState.selector, _id, state));
    }

    function testRefusesWhileARoundIsOpen() public {
        uint256 lot = _overdue();
        _pay(_id, FACE / 4);
        _as(AGENT);
        tally.openRound(_id);
        Offer memory offer = _offer(lot, WHOLE, FACE / 2, FUNDER);
        offer.kind = OFFER_SUBROGATION;
        _refused(offer, abi.encodeWithSelector(IPayments.RoundIsOpen.selector, _id));
    }
}
