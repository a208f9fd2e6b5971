// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import "./Symbolic.sol";

/// @notice Who has no right changes nothing: any caller, any function of the interface, any arguments, any words.
contract AuthorityProof is Symbolic {
    /// @dev Any call of a function that may write, by its name in the interface. Lists have up to two entries.
    function _anyCall() private pure returns (bytes memory data, bytes4 selector) {
        data = svm.createCalldata("ITallystick", false);
        selector = bytes4(data);
    }

    /// @dev Only the statement that a debt is overdue is open to all: it follows from words and clock. The AccessManager is no participant
    /// either: it may be told by its administrator to hand its place on (setAuthority).
    function check_AnAddressThatIsNoKeyDoesNothing(address caller) public {
        vm.assume(caller != REGISTRAR && caller != manager && tally.keyWord(caller) == 0);
        (bytes memory data, bytes4 selector) = _anyCall();
        vm.assume(selector != ISettlement.markOverdue.selector);
        bytes32 before = bytes32(svm.snapshotStorage(address(tally)));
        vm.prank(caller);
        (bool done,) = address(tally).call(data);
        // What succeeds is a read, or an empty list: nothing is written.
        done;
        assert(bytes32(svm.snapshotStorage(address(tally))) == before);
    }

    function check_OnlyTheRegistrarDoesWhatIsRestricted(address caller) public {
        vm.assume(caller != REGISTRAR);
        (bytes memory data, bytes4 selector) = _anyCall();
        bytes4[] memory restricted = _restricted();
        bool among;
        for (uint256 i = 0; i < restricted.length; ++i) {
            among = among || selector == restricted[i];
        }
        vm.assume(among);
        vm.prank(caller);
        (bool done,) = address(tally).call(data);
        assert(!done);
    }

    /// @dev A participant with every role, but not holder, lock party, obligor or agent, leaves an accepted debt and its lot alone. Left
    /// out: acceptOffer, acceptOffers and cancel, which take signatures that a proof can't forbid to exist, and issue, issueMany and refuse,
    /// whose ids are hashes of what the caller says (see Ids).
    function check_ABystanderLeavesALotAlone(uint256 debt, uint256 word) public {
        vm.assume(uint32(word) != BYSTANDER && uint32(word >> 152) != BYSTANDER);
        debt = _anyDebt(debt);
        _putLot(ROOT, word);
        (bytes memory data, bytes4 selector) = _anyCall();
        vm.assume(selector != IOffers.acceptOffer.selector && selector != IPayables.cancel.selector);
        vm.assume(selector != IPayables.issue.selector && selector != IPayables.refuse.selector);
        vm.assume(selector != IOffers.acceptOffers.selector && selector != IPayables.issueMany.selector);
        vm.assume(selector != ISettlement.markOverdue.selector);
        vm.prank(_key(BYSTANDER));
        (bool done,) = address(tally).call(data);
        done;
        assert(tally.lotWord(ROOT) == word);
        assert(tally.payableWord(ID) == debt);
    }
}
