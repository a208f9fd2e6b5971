// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import "./Base.t.sol";

/// @notice ERC-7943's canTransfer: what an offer signed and accepted now would come to.
contract CanTransferTest is Base {
    /// @dev What the read says is what happens, in whatever state lot, payable, profile and people are.
    function testCanTransferSaysWhatHappens(uint256 seed, uint72 amount, uint32 to) public {
        (uint256 id, uint256 lot) = _issueAccepted(FACE);
        lot = _passPart(lot, 3, FACE / 2, THIRD);
        uint72 whole = FACE / 2;
        for (uint256 i = 0; i < seed % 4; ++i) {
            _disturb(id, lot, whole, uint256(keccak256(abi.encode(seed, i))));
        }
        uint32[4] memory people = [SECOND, FUNDER, AGENT, THIRD];
        _saysWhatHappens(lot, seed % 3 == 0 ? whole : uint72(bound(amount, 0, whole + 1)), whole, people[to % 4]);
    }

    function _saysWhatHappens(uint256 lot, uint72 amount, uint72 whole, uint32 to) private {
        vm.assertFalse(tally.canTransfer(keyOf[SUPPLIER], keyOf[to], lot, amount), "of another's");
        bool said = tally.canTransfer(keyOf[THIRD], keyOf[to], lot, amount);
        Offer memory offer = _offer(lot, amount == whole ? WHOLE : _firstFree(lot), amount, to);
        bytes memory call = abi.encodeCall(tally.acceptOffer, (offer, _sign(offer, secretOf[THIRD])));
        _as(to);
        (bool done,) = address(tally).call(call);
        vm.assertEq(done, said);
    }

    /// @dev One of the things that stand in the way of a transfer, or nothing.
    function _disturb(uint256 id, uint256 lot, uint72 whole, uint256 what) private {
        uint256 kind = what % 12;
        uint32 soon = _now() + 1 days;
        uint32 party = what & (1 << 200) == 0 ? FUNDER : SECOND;
        if (kind == 0) _freeze(lot, uint72(bound(what >> 8, 1, whole)));
        if (kind == 1) _try(abi.encodeCall(tally.lock, (lot, party, soon)));
        if (kind == 2) _try(abi.encodeCall(tally.makeOffer, (_offer(lot, WHOLE, whole, party))));
        if (kind == 3) _try(abi.encodeCall(tally.lockForFinancing, (lot, _financing(FINANCE_PLEDGE, false))));
        if (kind == 4) _pause();
        if (kind == 5) _suspend(THIRD, ROLE_SUPPLIER);
        if (kind == 6) _expire(SECOND, ROLE_SUPPLIER);
        if (kind == 7) vm.warp(_recordTime(id) - (what >> 8) % 2);
        if (kind == 8) _setVersion(lot, type(uint16).max);
        if (kind == 9) _toOverdue(id);
        if (kind == 10) vm.warp(soon + 1);
    }

    function _pause() private {
        _asRegistrar();
        tally.pauseProfile(PROFILE, true);
    }

    /// @dev The holder tries; what happened before may stand in its way.
    function _try(bytes memory call) private returns (bool done) {
        _as(THIRD);
        (done,) = address(tally).call(call);
    }

    function _firstFree(uint256 lot) private view returns (uint8 child) {
        uint40 spent = _lot(lot).children;
        while (spent & (uint40(1) << child) != 0) ++child;
    }

    function testCanTransferKnowsDepthHopsAndChildren() public {
        (, uint256 lot) = _issueAccepted(FACE);
        uint32[2] memory turns = [SECOND, SUPPLIER];
        for (uint256 i = 0; i < HOPS; ++i) {
            vm.assertTrue(tally.canTransfer(keyOf[_lot(lot).holder], keyOf[turns[i % 2]], lot, FACE), "a hop");
            _passWhole(lot, turns[i % 2]);
        }
        vm.assertFalse(tally.canTransfer(keyOf[SUPPLIER], keyOf[SECOND], lot, FACE), "no hop is left");
        (, lot) = _issueAccepted(FACE);
        for (uint8 i = 0; i < CHILDREN; ++i) {
            vm.assertTrue(tally.canTransfer(keyOf[SUPPLIER], keyOf[SECOND], lot, SMALLEST), "a child");
            _passPart(lot, i, SMALLEST, SECOND);
        }
        vm.assertFalse(tally.canTransfer(keyOf[SUPPLIER], keyOf[SECOND], lot, SMALLEST), "no child is left");
        (, lot) = _issueAccepted(FACE);
        (uint8[] memory children, uint72[] memory amounts) = (new uint8[](1), new uint72[](1));
        amounts[0] = FACE / 2;
        for (uint256 i = 0; i < DEPTH; ++i) {
            vm.assertTrue(tally.canTransfer(keyOf[SUPPLIER], keyOf[SECOND], lot, amounts[0] / 2), "a level");
            _as(SUPPLIER);
            tally.split(lot, children, amounts);
            lot = tally.childOf(lot, 0);
            amounts[0] /= 2;
        }
        vm.assertFalse(tally.canTransfer(keyOf[SUPPLIER], keyOf[SECOND], lot, amounts[0]), "no level is left");
    }

    function testCanTransferKnowsTheSmallestLotOnBothSides() public {
        (, uint256 lot) = _issueAccepted(FACE);
        (address from, address to) = (keyOf[SUPPLIER], keyOf[SECOND]);
        vm.assertTrue(tally.canTransfer(from, to, lot, SMALLEST), "the smallest");
        vm.assertFalse(tally.canTransfer(from, to, lot, SMALLEST - 1), "dust");
        vm.assertTrue(tally.canTransfer(from, to, lot, FACE - SMALLEST), "leaves the smallest");
        vm.assertFalse(tally.canTransfer(from, to, lot, FACE - SMALLEST + 1), "leaves dust");
    }
}
