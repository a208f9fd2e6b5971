// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import "./Clearing.sol";

/// @notice The second before and the second after, the unit too much, the field taken for its neighbour: what random inputs seldom hit.
contract EdgesTest is Clearing {
    uint256 private constant MAX_KEYS = 16;

    /* TIME */

    function testAProfileIsInForceFromItsFirstSecondAndNotBefore() public {
        Profile memory rules = _rules();
        rules.from = START + 1 days;
        _asRegistrar();
        tally.setProfile(PROFILE + 1, rules);
        (Terms memory terms, Portion[] memory portions) = (_terms(FACE), _portions(FACE));
        terms.profile = PROFILE + 1;
        vm.warp(rules.from - 1);
        vm.expectRevert(
            abi.encodeWithSelector(IRegistrar.ProfileNotInForce.selector, PROFILE + 1, rules.from, rules.until)
        );
        _issue(terms, portions);
        vm.warp(rules.from);
        _issue(terms, portions);
    }

    function testRedemptionOpensInItsSecondAndNotBefore() public {
        (uint256 id, uint256 lot) = _issueAccepted(FACE);
        _pay(id, FACE);
        uint32 opens = _redemptionTime(id);
        vm.warp(opens - 1);
        vm.expectRevert(abi.encodeWithSelector(IPayments.RedemptionNotOpen.selector, id, opens));
        _as(AGENT);
        tally.redeem(lot, RECEIPT);
        vm.warp(opens);
        _redeem(lot);
    }

    function testARoundOpensInItsSecondAndNotBefore() public {
        (uint256 id,) = _issueAccepted(FACE);
        _pay(id, FACE / 2);
        uint32 opens = _redemptionTime(id);
        vm.warp(opens - 1);
        vm.expectRevert(abi.encodeWithSelector(IPayments.RedemptionNotOpen.selector, id, opens));
        _openRound(id);
        vm.warp(opens);
        _openRound(id);
    }

    function testTheLastSecondOfGraceIsNotOverdue() public {
        (uint256 id,) = _issueAccepted(FACE);
        uint256 last = uint256(_debt(id).due) + GRACE;
        vm.warp(last);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.NotOverdue.selector, id));
        tally.markOverdue(id);
        vm.warp(last + 1);
        tally.markOverdue(id);
    }

    /* AMOUNTS */

    /// @dev 300 of 1,000 at a payment of 100: the share is 30 to the unit.
    function testAnExactShareIsNeitherRoundedUpNorDown() public {
        (uint256 id, uint256[] memory lots) = _cut(1000, 2, 300);
        _pay(id, 100);
        _toRedemption(id);
        _openRound(id);
        for (uint72 line = 29; line <= 31; line += 2) {
            bytes memory reason = abi.encodeWithSelector(ISettlement.NotProRata.selector, lots[0], line, 30);
            vm.expectRevert(_legFailed(0, reason));
            _redeemInRound(lots[0], line);
        }
        _redeemInRound(lots[0], 30);
    }

    /* HOLDINGS */

    function testAPledgedLotDoesNotMoveToThePledgeeByAPlainOffer() public {
        (, uint256 lot) = _issueAccepted(FACE);
        _pledge(lot);
        Offer memory offer = _offer(lot, WHOLE, FACE, FUNDER);
        bytes memory signature = _sign(offer, secretOf[SUPPLIER]);
        vm.expectRevert(abi.encodeWithSelector(ILots.LotIsLocked.selector, lot, FUNDER, type(uint32).max));
        _submit(offer, signature);
    }

    /// @dev A self-split deepens the path without a hop, so that the two differ.
    function testAPartCountsOneHopAndOneStepOfItsOwnPath() public {
        (, uint256 root) = _issueAccepted(FACE);
        uint256 own = _splitOff(_splitOff(root, 3 * SMALLEST), 2 * SMALLEST);
        vm.assertEq(_lot(own).hops, 0, "hops of a self-split");
        vm.assertEq(_lot(own).depth, 2, "depth of a self-split");
        uint256 part = _passPart(own, 5, SMALLEST, SECOND);
        vm.assertEq(_lot(part).hops, 1, "hops of a part");
        vm.assertEq(_lot(part).depth, 3, "depth of a part");
    }

    /// @dev THIRD buys one part of SUPPLIER and one of SECOND, both with recourse: the flags are equal, the debtors of it are not.
    function testRecourseAgainstOneSellerNeverBecomesRecourseAgainstAnother() public {
        (, uint256 root) = _issueAccepted(FACE);
        uint256 first = _withRecourse(_offer(root, 0, FACE / 4, THIRD));
        uint256 second = _withRecourse(_offer(_passPart(root, 1, FACE / 2, SECOND), 0, FACE / 4, THIRD));
        vm.assertEq(tally.recourseOf(first), SUPPLIER, "first");
        vm.assertEq(tally.recourseOf(second), SECOND, "second");
        vm.expectRevert(abi.encodeWithSelector(IHoldings.NotMergeable.selector, first, second));
        _as(THIRD);
        tally.merge(first, _one(second));
    }

    function _splitOff(uint256 lot, uint72 amount) private returns (uint256) {
        (uint8[] memory children, uint72[] memory amounts) = (new uint8[](1), new uint72[](1));
        amounts[0] = amount;
        _as(_lot(lot).holder);
        tally.split(lot, children, amounts);
        return tally.childOf(lot, 0);
    }

    function _withRecourse(Offer memory offer) private returns (uint256) {
        offer.kind = OFFER_SALE_RECOURSE;
        return _accept(offer);
    }

    /* KEYS */

    function testAParticipantHasSixteenValidKeysAndAnEndedOneGivesItsPlace() public {
        (, uint256 lot) = _issueAccepted(FACE);
        vm.startPrank(registrar);
        for (uint160 i = 1; i < MAX_KEYS; ++i) {
            tally.setKey(address(i), SUPPLIER, START, KEY_UNTIL);
        }
        vm.expectRevert(abi.encodeWithSelector(IRegistrar.BadArgument.selector, "keys"));
        tally.setKey(address(99), SUPPLIER, START, KEY_UNTIL);
        tally.setKey(address(7), SUPPLIER, START - 2, START - 1);
        tally.setKey(address(99), SUPPLIER, START, KEY_UNTIL);
        vm.stopPrank();
        _suspend(SUPPLIER, ROLE_SUPPLIER);
        vm.expectRevert(abi.encodeWithSelector(IRegistrar.ParticipantInactive.selector, SUPPLIER, STATUS_SUSPENDED));
        vm.prank(address(99));
        tally.lock(lot, FUNDER, START + 1);
    }
}
