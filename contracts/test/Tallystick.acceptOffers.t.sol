// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import "./Base.t.sol";

contract AcceptOffersTest is Base {
    uint256 private _root;

    function setUp() public override {
        super.setUp();
        (, _root) = _issueAccepted(FACE);
    }

    /// @dev Parts of the root for SECOND, in the order of `children`, all signed under its present version.
    function _parts(uint8[] memory children, uint72 each)
        private
        view
        returns (Offer[] memory offers, bytes[] memory signatures)
    {
        (offers, signatures) = (new Offer[](children.length), new bytes[](children.length));
        for (uint256 i = 0; i < children.length; ++i) {
            offers[i] = _offer(_root, children[i], each, SECOND);
            signatures[i] = _sign(offers[i], secretOf[SUPPLIER]);
        }
    }

    function _numbers(uint256 count) private pure returns (uint8[] memory numbers) {
        numbers = new uint8[](count);
        for (uint8 i = 0; i < count; ++i) {
            numbers[i] = i;
        }
    }

    function _take(Offer[] memory offers, bytes[] memory signatures) private returns (uint256[] memory lots) {
        _as(SECOND);
        return tally.acceptOffers(offers, signatures);
    }

    /* REFUSALS */

    function testRefusesListsOfDifferentLengths(uint8 offers, uint8 signatures) public {
        vm.assume(offers != signatures);
        vm.expectRevert(abi.encodeWithSelector(IBatches.LengthMismatch.selector));
        _take(new Offer[](offers), new bytes[](signatures));
    }

    function testAFailingLegNamesItselfAndUndoesAll(uint8 place) public {
        (Offer[] memory offers, bytes[] memory signatures) = _parts(_numbers(4), 1000);
        uint256 failing = place % 4;
        signatures[failing] = _sign(offers[failing], secretOf[THIRD]);
        uint256 word = tally.lotWord(_root);
        vm.expectRevert(_legFailed(failing, abi.encodeWithSelector(IPayables.BadSignature.selector)));
        _take(offers, signatures);
        vm.assertEq(tally.lotWord(_root), word, "root");
        for (uint8 i = 0; i < 4; ++i) {
            vm.assertEq(tally.lotWord(tally.childOf(_root, i)), 0, "no part");
        }
    }

    function testRefusesTheSameOfferTwice() public {
        (Offer[] memory offers, bytes[] memory signatures) = _parts(new uint8[](2), 1000);
        vm.expectRevert(_legFailed(1, abi.encodeWithSelector(ILots.ChildSpent.selector, _root, 0)));
        _take(offers, signatures);
    }

    function testRefusesALegToAnother() public {
        (Offer[] memory offers, bytes[] memory signatures) = _parts(_numbers(2), 1000);
        offers[1].recipient = THIRD;
        vm.expectRevert(_legFailed(1, abi.encodeWithSelector(IOffers.NotRecipient.selector, SECOND, THIRD)));
        _take(offers, signatures);
    }

    function testAWholeLotAfterItsPartsIsNotWhatWasOffered() public {
        (Offer[] memory offers, bytes[] memory signatures) = _parts(_numbers(2), 1000);
        offers[1] = _offer(_root, WHOLE, FACE, SECOND);
        signatures[1] = _sign(offers[1], secretOf[SUPPLIER]);
        vm.expectRevert(_legFailed(1, abi.encodeWithSelector(IOffers.OfferMismatch.selector, _root)));
        _take(offers, signatures);
    }

    /* WHAT IT DOES */

    function testAnEmptyListDoesNothing() public {
        vm.assertEq(_take(new Offer[](0), new bytes[](0)).length, 0);
    }

    function testTakesOffersOfSeveralHoldersSignedAndMadeOnChain() public {
        (, uint256 other) = _issueAccepted(FACE);
        uint256 theirs = _passWhole(other, THIRD);
        (Offer[] memory offers, bytes[] memory signatures) = (new Offer[](2), new bytes[](2));
        offers[0] = _offer(_root, WHOLE, FACE, SECOND);
        signatures[0] = _sign(offers[0], secretOf[SUPPLIER]);
        offers[1] = _offer(theirs, WHOLE, FACE, SECOND);
        _as(THIRD);
        tally.makeOffer(offers[1]);
        uint256[] memory lots = _take(offers, signatures);
        vm.assertEq(lots[0], _root);
        vm.assertEq(lots[1], theirs);
        vm.assertEq(_lot(_root).holder, SECOND);
        vm.assertEq(_lot(theirs).holder, SECOND);
    }

    /// @dev Forty parts of one lot arrive in any order, some in a list, some alone: each is taken once.
    function testFortyPartsInAnyOrderTogetherOrApart(uint256 seed, uint8 together) public {
        uint8[] memory order = _numbers(CHILDREN);
        for (uint256 i = order.length - 1; i > 0; --i) {
            uint256 pick = uint256(keccak256(abi.encode(seed, i))) % (i + 1);
            (order[i], order[pick]) = (order[pick], order[i]);
        }
        (Offer[] memory offers, bytes[] memory signatures) = _parts(order, 1000);
        uint256 count = bound(together, 0, CHILDREN);
        (Offer[] memory some, bytes[] memory theirs) = (new Offer[](count), new bytes[](count));
        for (uint256 i = 0; i < CHILDREN; ++i) {
            if (i < count) (some[i], theirs[i]) = (offers[i], signatures[i]);
            else _submit(offers[i], signatures[i]);
        }
        _take(some, theirs);
        vm.assertEq(_lot(_root).amount, FACE - 40_000, "rest");
        vm.assertEq(_lot(_root).children, type(uint40).max, "all spent");
        for (uint256 i = 0; i < CHILDREN; ++i) {
            vm.assertEq(_lot(tally.childOf(_root, uint8(i))).amount, 1000, "part");
            vm.expectRevert(abi.encodeWithSelector(ILots.ChildSpent.selector, _root, offers[i].child));
            _submit(offers[i], signatures[i]);
        }
    }

    /// @dev Words and events are those of the single calls.
    function testEqualsTheSingleCalls(uint8 count, uint72 each) public {
        count = uint8(bound(count, 1, 10));
        each = uint72(bound(each, SMALLEST, FACE / 11));
        (Offer[] memory offers, bytes[] memory signatures) = _parts(_numbers(count), each);
        uint256 snapshot = vm.snapshotState();
        uint256[] memory singly = new uint256[](count);
        vm.recordLogs();
        for (uint256 i = 0; i < count; ++i) {
            singly[i] = _submit(offers[i], signatures[i]);
        }
        bytes memory logs = abi.encode(vm.getRecordedLogs());
        bytes memory words = _words(singly);
        vm.revertToState(snapshot);
        vm.recordLogs();
        uint256[] memory together = _take(offers, signatures);
        vm.assertEq(abi.encode(together), abi.encode(singly), "ids");
        vm.assertEq(abi.encode(vm.getRecordedLogs()), logs, "events");
        vm.assertEq(_words(together), words, "words");
    }

    function _words(uint256[] memory lots) private view returns (bytes memory words) {
        words = abi.encode(tally.lotWord(_root));
        for (uint256 i = 0; i < lots.length; ++i) {
            words = abi.encode(words, tally.lotWord(lots[i]));
        }
    }
}
