// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import "./Base.t.sol";

contract FreezeTest is Base {
    uint256 private _id;
    uint256 private _root;

    function setUp() public override {
        super.setUp();
        (_id, _root) = _issueAccepted(FACE);
    }

    function _refused(bytes memory reason, uint256 lot, uint72 amount) private {
        vm.expectRevert(reason);
        _freeze(lot, amount);
    }

    function testRefusesAnyoneButTheRegistrar(address caller) public {
        vm.assume(caller != registrar);
        _expectUnauthorized(caller);
        vm.prank(caller);
        tally.freeze(_root, 1, BASIS);
    }

    function testRefusesWithoutALegalBasis() public {
        vm.expectRevert(abi.encodeWithSelector(IRegistrar.BadArgument.selector, "basis"));
        _asRegistrar();
        tally.freeze(_root, 1, 0);
    }

    function testRefusesAnUnknownLot(uint256 lot) public {
        vm.assume(lot != _root);
        _refused(abi.encodeWithSelector(ILots.UnknownLot.selector, lot), lot, 1);
    }

    function testRefusesALotThatEnded() public {
        _pay(_id, FACE);
        _toRedemption(_id);
        _redeem(_root);
        _refused(abi.encodeWithSelector(ILots.LotEnded.selector, _root), _root, 1);
    }

    function testRefusesMoreThanTheLotsAmount(uint72 amount) public {
        amount = uint72(bound(amount, FACE + 1, type(uint72).max));
        _refused(abi.encodeWithSelector(IHoldings.FrozenAboveAmount.selector, _root, amount, FACE), _root, amount);
    }

    function testSetsTheFrozenPartAbsolutely(uint72[3] memory amounts, bytes32 basis) public {
        vm.assume(basis != 0);
        Holding memory lot = _lot(_root);
        for (uint256 i = 0; i < amounts.length; ++i) {
            uint72 amount = uint72(bound(amounts[i], 0, FACE));
            vm.expectEmit(address(tally));
            emit IHoldings.LotFrozen(_root, amount, basis);
            _asRegistrar();
            tally.freeze(_root, amount, basis);
            lot.version += 1;
            lot.flags = amount == 0 ? 0 : LOT_FROZEN;
            vm.assertEq(abi.encode(_lot(_root)), abi.encode(lot), "lot");
            vm.assertEq(tally.frozenOf(_root), amount, "frozen");
        }
        vm.assertEq(_debt(_id).outstanding, FACE, "outstanding");
        vm.assertEq(_credit(OBLIGOR).used, FACE, "used");
    }

    function testVoidsOffersSignedBefore() public {
        Offer memory offer = _offer(_root, 0, SMALLEST, SECOND);
        bytes memory signature = _sign(offer, secretOf[SUPPLIER]);
        _freeze(_root, 1);
        vm.expectRevert(abi.encodeWithSelector(ILots.OfferStale.selector, _root, 1));
        _submit(offer, signature);
    }

    function testLetsTheFreePartPassAndNoMore(uint72 frozen, uint72 amount) public {
        frozen = uint72(bound(frozen, SMALLEST, FACE - SMALLEST));
        amount = uint72(bound(amount, SMALLEST, FACE - SMALLEST));
        _freeze(_root, frozen);
        Offer memory offer = _offer(_root, 0, amount, SECOND);
        bytes memory signature = _sign(offer, secretOf[SUPPLIER]);
        bool passes = amount <= FACE - frozen;
        if (!passes) {
            vm.expectRevert(abi.encodeWithSelector(ILots.AmountOutOfRange.selector, _root, amount, FACE - frozen));
        }
        _submit(offer, signature);
        vm.assertEq(_lot(_root).amount, passes ? FACE - amount : FACE, "left");
        vm.assertEq(tally.frozenOf(_root), frozen, "frozen stays");
        vm.assertEq(tally.frozenOf(tally.childOf(_root, 0)), 0, "child is free");
    }

    function testStopsTheWholeLotFromPassing(uint72 frozen) public {
        frozen = uint72(bound(frozen, 1, FACE));
        _freeze(_root, frozen);
        Offer memory offer = _offer(_root, WHOLE, FACE, SECOND);
        bytes memory signature = _sign(offer, secretOf[SUPPLIER]);
        vm.expectRevert(abi.encodeWithSelector(ILots.FrozenPart.selector, _root, frozen));
        _submit(offer, signature);
    }

    function testReachesALotThatIsLockedOrPledged() public {
        _pledge(_root);
        Holding memory lot = _lot(_root);
        _freeze(_root, FACE);
        vm.assertEq(_lot(_root).lockParty, lot.lockParty, "pledgee");
        vm.assertEq(_lot(_root).flags, lot.flags | LOT_FROZEN, "flags");
    }

    function testReachesALotAtItsLastVersion() public {
        _setVersion(_root, type(uint16).max);
        _freeze(_root, 1);
        vm.assertEq(_lot(_root).version, type(uint16).max, "version");
        vm.assertEq(tally.frozenOf(_root), 1, "frozen");
    }

    function testReachesALotAfterTheRecordTime() public {
        _toRecordTime(_id);
        _freeze(_root, FACE);
        vm.assertEq(tally.frozenOf(_root), FACE);
    }

    function testNeverStopsRedemption() public {
        _freeze(_root, FACE);
        _pay(_id, FACE);
        _toRedemption(_id);
        _redeem(_root);
        vm.assertEq(_lot(_root).flags, LOT_FROZEN | LOT_ENDED, "flags");
        vm.assertEq(_debt(_id).state, PAYABLE_SETTLED, "state");
    }
}
