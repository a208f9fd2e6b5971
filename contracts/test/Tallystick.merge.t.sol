// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import "./Parts.sol";

contract MergeTest is Parts {
    uint256 private _id;
    uint256 private _root;
    uint256 private _child;

    function setUp() public override {
        super.setUp();
        (_id, _root) = _issueAccepted(FACE);
        _child = _splitOff(_root, 0, FACE / 4);
    }

    function _merge(uint256 into, uint256 other) private {
        _as(SUPPLIER);
        tally.merge(into, _one(other));
    }

    function _refused(uint256 into, uint256 other, bytes memory reason) private {
        vm.expectRevert(reason);
        _merge(into, other);
    }

    function _notMergeable(uint256 into, uint256 other) private {
        _refused(into, other, abi.encodeWithSelector(IHoldings.NotMergeable.selector, into, other));
    }

    function testRefusesNothing() public {
        vm.expectRevert(abi.encodeWithSelector(IRegistrar.BadArgument.selector, "others"));
        _as(SUPPLIER);
        tally.merge(_root, new uint256[](0));
    }

    function testRefusesAnyoneButTheHolder() public {
        vm.expectRevert(abi.encodeWithSelector(ILots.NotHolder.selector, _root, SECOND, SUPPLIER));
        _as(SECOND);
        tally.merge(_root, _one(_child));
    }

    function testRefusesALotInItself() public {
        _notMergeable(_root, _root);
    }

    function testRefusesALotOfAnotherHolder() public {
        uint256 other = _passPart(_root, 1, FACE / 4, SECOND);
        _notMergeable(_root, other);
    }

    function testRefusesALotOfAnotherPayable() public {
        (, uint256 other) = _issueAccepted(FACE);
        _notMergeable(_root, other);
    }

    function testRefusesALotOfOtherRecourse() public {
        Offer memory offer = _offer(_root, 1, FACE / 4, SECOND);
        offer.kind = OFFER_SALE_RECOURSE;
        uint256 withRecourse = _accept(offer);
        uint256 without = _passPart(_root, 2, FACE / 4, SECOND);
        vm.expectRevert(abi.encodeWithSelector(IHoldings.NotMergeable.selector, without, withRecourse));
        _as(SECOND);
        tally.merge(without, _one(withRecourse));
    }

    function testRefusesAFrozenLotOnEitherSide(bool first) public {
        _freeze(first ? _root : _child, 1);
        _notMergeable(_root, _child);
    }

    function testRefusesALockedLotOnEitherSide(bool first) public {
        uint256 lot = first ? _root : _child;
        _lockFor(lot, FUNDER, START + 1 days);
        _refused(_root, _child, abi.encodeWithSelector(ILots.LotIsLocked.selector, lot, FUNDER, START + 1 days));
    }

    function testRefusesTheSameLotTwice() public {
        uint256[] memory others = new uint256[](2);
        (others[0], others[1]) = (_child, _child);
        vm.expectRevert(abi.encodeWithSelector(ILots.UnknownLot.selector, _child));
        _as(SUPPLIER);
        tally.merge(_root, others);
    }

    function testRefusesFromTheRecordTime() public {
        _toRecordTime(_id);
        _refused(_root, _child, abi.encodeWithSelector(ILots.PastRecordTime.selector, _id, _recordTime(_id)));
    }

    function testRefusesALotAtItsLastVersion() public {
        _setVersion(_root, type(uint16).max);
        _refused(_root, _child, abi.encodeWithSelector(ILots.VersionSpent.selector, _root));
    }

    function testOneLotAbsorbsOthersAndTakesTheLargerHopCount(uint72 amount) public {
        amount = uint72(bound(amount, SMALLEST, FACE / 2));
        uint256 there = _passPart(_root, 1, amount, SECOND);
        uint256 andBack = _passWhole(there, SUPPLIER);
        uint256[] memory others = new uint256[](2);
        (others[0], others[1]) = (_child, andBack);
        Holding memory lot = _lot(_root);
        vm.expectEmit(address(tally));
        emit IHoldings.Merged(_root, _child, FACE / 4);
        vm.expectEmit(address(tally));
        emit IHoldings.Merged(_root, andBack, amount);
        _as(SUPPLIER);
        tally.merge(_root, others);
        (lot.amount, lot.hops, lot.version) = (FACE, 2, 1);
        vm.assertEq(abi.encode(_lot(_root)), abi.encode(lot));
        vm.assertEq(tally.lotWord(_child) | tally.lotWord(andBack), 0);
    }

    function testAChildMayAbsorbItsParent() public {
        _merge(_child, _root);
        vm.assertEq(_lot(_child).amount, FACE);
        vm.assertEq(tally.lotWord(_root), 0);
    }

    function testAbsorbedRecourseLeavesNoWord() public {
        Offer memory offer = _offer(_root, 1, FACE / 4, SECOND);
        offer.kind = OFFER_SALE_RECOURSE;
        uint256 lot = _accept(offer);
        uint256 part = _splitOff(lot, 0, FACE / 8);
        _as(SECOND);
        tally.merge(lot, _one(part));
        vm.assertEq(tally.recourseOf(lot), SUPPLIER);
        vm.assertEq(tally.recourseOf(part), 0);
    }
}
