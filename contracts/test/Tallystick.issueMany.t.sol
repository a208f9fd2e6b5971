// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import "./Base.t.sol";

contract IssueManyTest is Base {
    uint72 private constant TOTAL = 10 * FACE;

    /// @dev `count` debts of `face`, each on one invoice of its own.
    function _debts(uint256 count, uint72 face) private returns (Terms[] memory terms, Portion[][] memory portions) {
        (terms, portions) = (new Terms[](count), new Portion[][](count));
        for (uint256 i = 0; i < count; ++i) {
            (terms[i], portions[i]) = (_terms(face), _portions(face));
        }
    }

    function _issueMany(Terms[] memory terms, Portion[][] memory portions) private returns (uint256[] memory) {
        _as(OBLIGOR);
        return tally.issueMany(terms, portions);
    }

    /* REFUSALS */

    function testRefusesListsOfDifferentLengths(uint8 terms, uint8 portions) public {
        vm.assume(terms != portions);
        vm.expectRevert(abi.encodeWithSelector(IBatches.LengthMismatch.selector));
        _issueMany(new Terms[](terms), new Portion[][](portions));
    }

    function testAFailingLegNamesItselfAndUndoesAll(uint8 place) public {
        (Terms[] memory terms, Portion[][] memory portions) = _debts(4, FACE);
        uint256 failing = place % 4;
        terms[failing].due = _now();
        uint256 credit = tally.limitWord(OBLIGOR, CNY);
        vm.expectRevert(_legFailed(failing, abi.encodeWithSelector(IPayables.DueNotInFuture.selector, _now())));
        _issueMany(terms, portions);
        vm.assertEq(tally.limitWord(OBLIGOR, CNY), credit, "limit");
        for (uint256 i = 0; i < 4; ++i) {
            vm.assertEq(tally.payableWord(tally.payableIdOf(terms[i], portions[i])), 0, "no debt");
            vm.assertEq(_occupied(OBLIGOR, portions[i][0].fingerprint), 0, "no invoice");
        }
    }

    function testRefusesAnyoneButTheObligorOfThemAll() public {
        (Terms[] memory terms, Portion[][] memory portions) = _debts(2, FACE);
        terms[1].obligor = OTHER_OBLIGOR;
        bytes memory reason = abi.encodeWithSelector(IPayables.NotObligor.selector, OBLIGOR, OTHER_OBLIGOR);
        vm.expectRevert(_legFailed(1, reason));
        _issueMany(terms, portions);
    }

    function testRefusesTheSameDebtTwice() public {
        (Terms[] memory terms, Portion[][] memory portions) = _debts(2, FACE);
        portions[0][0].total = 2 * FACE;
        (terms[1], portions[1]) = (terms[0], portions[0]);
        uint256 id = tally.payableIdOf(terms[0], portions[0]);
        vm.expectRevert(_legFailed(1, abi.encodeWithSelector(IPayables.PayableExists.selector, id)));
        _issueMany(terms, portions);
    }

    function testRefusesTheLegThatTheLimitHasNoRoomFor() public {
        _asRegistrar();
        tally.setLimit(OBLIGOR, CNY, 3 * FACE - 1, AGENT);
        (Terms[] memory terms, Portion[][] memory portions) = _debts(3, FACE);
        vm.expectRevert(
            _legFailed(
                2, abi.encodeWithSelector(IPayables.LimitExceeded.selector, OBLIGOR, CNY, 3 * FACE - 1, 2 * FACE, FACE)
            )
        );
        _issueMany(terms, portions);
    }

    function testRefusesAnUnknownKeyAtItsFirstLeg() public {
        (Terms[] memory terms, Portion[][] memory portions) = _debts(1, FACE);
        vm.expectRevert(_legFailed(0, abi.encodeWithSelector(IRegistrar.UnknownKey.selector, stranger)));
        vm.prank(stranger);
        tally.issueMany(terms, portions);
    }

    /* WHAT IT DOES */

    function testAnEmptyListDoesNothing() public {
        vm.assertEq(_issueMany(new Terms[](0), new Portion[][](0)).length, 0);
    }

    function testOneInvoiceBacksManyLegsUpToItsTotal(uint8 count) public {
        count = uint8(bound(count, 1, 11));
        (Terms[] memory terms, Portion[][] memory portions) = _debts(count, FACE);
        for (uint256 i = 0; i < count; ++i) {
            (portions[i][0].fingerprint, portions[i][0].total) = (portions[0][0].fingerprint, TOTAL);
        }
        if (count == 11) {
            bytes4 exceeded = IPayables.InvoiceExceeded.selector;
            bytes32 mark = portions[0][0].fingerprint;
            vm.expectRevert(_legFailed(10, abi.encodeWithSelector(exceeded, mark, TOTAL, FACE, TOTAL)));
            _issueMany(terms, portions);
            return;
        }
        _issueMany(terms, portions);
        vm.assertEq(_occupied(OBLIGOR, portions[0][0].fingerprint), FACE * count);
    }

    /// @dev Words and events are those of the single calls, whatever terms and portions are.
    function testEqualsTheSingleCalls(uint8 count, uint72 face, uint8 invoices) public {
        count = uint8(bound(count, 1, 6));
        face = uint72(bound(face, SMALLEST, LIMIT / 6));
        (Terms[] memory terms, Portion[][] memory portions) = _debts(count, face);
        for (uint256 i = 0; i < count; ++i) {
            portions[i] = _portions(face, 1 + (uint256(invoices) + i) % 3);
        }
        uint256 snapshot = vm.snapshotState();
        uint256[] memory singly = new uint256[](count);
        vm.recordLogs();
        for (uint256 i = 0; i < count; ++i) {
            singly[i] = _issue(terms[i], portions[i]);
        }
        bytes memory logs = abi.encode(vm.getRecordedLogs());
        bytes memory words = _words(singly, portions);
        vm.revertToState(snapshot);
        vm.recordLogs();
        uint256[] memory together = _issueMany(terms, portions);
        vm.assertEq(abi.encode(together), abi.encode(singly), "ids");
        vm.assertEq(abi.encode(vm.getRecordedLogs()), logs, "events");
        vm.assertEq(_words(together, portions), words, "words");
    }

    function _words(uint256[] memory ids, Portion[][] memory portions) private view returns (bytes memory words) {
        words = abi.encode(tally.limitWord(OBLIGOR, CNY));
        for (uint256 i = 0; i < ids.length; ++i) {
            words = abi.encode(words, tally.payableWord(ids[i]), tally.lotWord(ids[i] << 96));
            for (uint256 j = 0; j < portions[i].length; ++j) {
                words = abi.encode(words, tally.invoiceWord(OBLIGOR, portions[i][j].fingerprint));
            }
        }
    }
}
