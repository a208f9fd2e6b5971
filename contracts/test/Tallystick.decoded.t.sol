// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import "./Base.t.sol";

/// @notice payableOf, lotOf and profileOf say the same as the words, whatever was done before.
contract DecodedTest is Base {
    /// @dev A tuple and a struct of the same static fields have the same encoding.
    function _assertPayable(uint256 id) private view {
        _assertAnswer(abi.encodeCall(tally.payableOf, (id)), abi.encode(_debt(id)));
    }

    function _assertLot(uint256 lot) private view {
        _assertAnswer(abi.encodeCall(tally.lotOf, (lot)), abi.encode(_lot(lot)));
    }

    function _assertAnswer(bytes memory call, bytes memory expected) private view {
        (bool done, bytes memory answer) = address(tally).staticcall(call);
        vm.assertTrue(done);
        vm.assertEq(answer, expected);
    }

    function testPayableOfThroughALife(uint72 face, uint72 paid) public {
        face = uint72(bound(face, SMALLEST, LIMIT));
        paid = uint72(bound(paid, 1, face - 1));
        uint256 id = _issue(face);
        _assertPayable(id);
        _accept(id);
        _assertPayable(id);
        _pay(id, paid);
        _assertPayable(id);
        _toOverdue(id);
        tally.markOverdue(id);
        _assertPayable(id);
        _as(AGENT);
        tally.openRound(id);
        _assertPayable(id);
    }

    function testLotOfThroughALife(uint72 amount, uint8 child) public {
        child = uint8(bound(child, 0, CHILDREN - 1));
        (, uint256 root) = _issueAccepted(FACE);
        amount = uint72(bound(amount, SMALLEST, FACE - SMALLEST));
        uint256 lot = _passPart(root, child, amount, SECOND);
        _assertLot(root);
        _assertLot(lot);
        _pledge(lot);
        _assertLot(lot);
        _freeze(lot, amount);
        _assertLot(lot);
    }

    function testUnknownIdsReadAsZero(uint256 id) public view {
        _assertPayable(id);
        _assertLot(id);
        vm.assertEq(tally.payableWord(id) | tally.lotWord(id), 0);
    }

    function testProfileOfAnUnknownProfileIsEmpty(uint16 id) public view {
        vm.assume(id != PROFILE);
        Profile memory none;
        (Profile memory rules, bool paused) = tally.profileOf(id);
        vm.assertEq(abi.encode(rules), abi.encode(none));
        vm.assertFalse(paused);
    }

    function testProfileOf() public view {
        (Profile memory rules, bool paused) = tally.profileOf(PROFILE);
        vm.assertEq(abi.encode(rules), abi.encode(_rules()));
        vm.assertFalse(paused);
    }
}
