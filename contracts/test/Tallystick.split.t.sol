// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import "./Parts.sol";

contract SplitTest is Parts {
    uint256 private _id;
    uint256 private _root;

    function setUp() public override {
        super.setUp();
        (_id, _root) = _issueAccepted(FACE);
    }

    function _refused(uint8 child, uint72 amount, bytes memory reason) private {
        vm.expectRevert(reason);
        _as(SUPPLIER);
        tally.split(_root, _one8(child), _one72(amount));
    }

    function testRefusesNothingAndListsOfDifferentLength(uint8 children, uint8 amounts) public {
        children = uint8(bound(children, 0, 5));
        amounts = uint8(bound(amounts, 0, 5));
        vm.assume(children != amounts || children == 0);
        vm.expectRevert(abi.encodeWithSelector(IRegistrar.BadArgument.selector, "children"));
        _as(SUPPLIER);
        tally.split(_root, new uint8[](children), new uint72[](amounts));
    }

    function testRefusesAnyoneButTheHolder() public {
        vm.expectRevert(abi.encodeWithSelector(ILots.NotHolder.selector, _root, OBLIGOR, SUPPLIER));
        _as(OBLIGOR);
        tally.split(_root, _one8(0), _one72(FACE / 2));
    }

    function testRefusesALotThatIsLocked() public {
        _lockFor(_root, FUNDER, START + 1 days);
        _refused(0, FACE / 2, abi.encodeWithSelector(ILots.LotIsLocked.selector, _root, FUNDER, START + 1 days));
    }

    function testRefusesARestOneBelowTheSmallestLot() public {
        uint72 amount = FACE - SMALLEST + 1;
        _refused(0, amount, abi.encodeWithSelector(ILots.AmountOutOfRange.selector, _root, amount, FACE));
        _as(SUPPLIER);
        tally.split(_root, _one8(0), _one72(amount - 1));
        vm.assertEq(_lot(_root).amount, SMALLEST);
    }

    function testRefusesFromTheRecordTime() public {
        _toRecordTime(_id);
        _refused(0, FACE / 2, abi.encodeWithSelector(ILots.PastRecordTime.selector, _id, _recordTime(_id)));
    }

    function testRefusesTheSameChildTwiceInOneCall() public {
        (uint8[] memory children, uint72[] memory amounts) = (new uint8[](2), new uint72[](2));
        (children[0], children[1], amounts[0], amounts[1]) = (4, 4, SMALLEST, SMALLEST);
        vm.expectRevert(abi.encodeWithSelector(ILots.ChildSpent.selector, _root, 4));
        _as(SUPPLIER);
        tally.split(_root, children, amounts);
    }

    function testRefusesAChildThatWasSpentAndHasEnded() public {
        uint256 child = _splitOff(_root, 4, FACE / 2);
        _as(SUPPLIER);
        tally.merge(_root, _one(child));
        vm.assertEq(tally.lotWord(child), 0, "ended");
        _refused(4, FACE / 2, abi.encodeWithSelector(ILots.ChildSpent.selector, _root, 4));
    }

    function testRefusesDust(uint72 amount) public {
        amount = uint72(bound(amount, 0, SMALLEST - 1));
        _refused(0, amount, abi.encodeWithSelector(ILots.AmountOutOfRange.selector, _root, amount, FACE));
    }

    function testRefusesTheFrozenPart(uint72 frozen) public {
        frozen = uint72(bound(frozen, 1, FACE));
        _freeze(_root, frozen);
        uint72 free = FACE - frozen;
        _refused(0, free + 1, abi.encodeWithSelector(ILots.AmountOutOfRange.selector, _root, free + 1, free));
    }

    function testMakesPortionsForOneselfWithoutAHop(uint72 first, uint72 second, uint8 child) public {
        first = uint72(bound(first, SMALLEST, FACE / 2 - SMALLEST));
        second = uint72(bound(second, SMALLEST, FACE / 2));
        child = uint8(bound(child, 0, CHILDREN - 2));
        (uint8[] memory children, uint72[] memory amounts) = (new uint8[](2), new uint72[](2));
        (children[0], children[1], amounts[0], amounts[1]) = (child, child + 1, first, second);
        Holding memory parent = _lot(_root);
        vm.expectEmit(address(tally));
        emit IHoldings.Split(_root, tally.childOf(_root, child), child, first);
        vm.expectEmit(address(tally));
        emit IHoldings.Split(_root, tally.childOf(_root, child + 1), child + 1, second);
        _as(SUPPLIER);
        tally.split(_root, children, amounts);
        parent.amount = FACE - first - second;
        parent.children = uint40(3) << child;
        vm.assertEq(abi.encode(_lot(_root)), abi.encode(parent), "parent");
        Holding memory part;
        (part.holder, part.amount, part.depth) = (SUPPLIER, first, 1);
        vm.assertEq(abi.encode(_lot(tally.childOf(_root, child))), abi.encode(part), "first");
        part.amount = second;
        vm.assertEq(abi.encode(_lot(tally.childOf(_root, child + 1))), abi.encode(part), "second");
    }

    function testPartsCarryTheRecourseOfTheirParent() public {
        Offer memory offer = _offer(_root, 0, FACE / 2, SECOND);
        offer.kind = OFFER_SALE_RECOURSE;
        uint256 lot = _accept(offer);
        uint256 part = _splitOff(lot, 1, FACE / 4);
        vm.assertEq(_lot(part).flags, LOT_RECOURSE);
        vm.assertEq(_lot(part).hops, 1);
        vm.assertEq(tally.recourseOf(part), SUPPLIER);
    }
}
