// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import "./Symbolic.sol";

/// @notice Ids are the hashes of what the document says, and two preimages that differ in any field differ. That different preimages
/// have different hashes, also when 160 or 96 bits of them are kept, is assumed; the contracts check slots besides.
contract IdsProof is Symbolic {
    function _portions(uint256 count) private pure returns (Portion[] memory portions) {
        portions = new Portion[](count);
        for (uint256 i = 0; i < count; ++i) {
            portions[i] = Portion({
                fingerprint: bytes32(svm.createUint(256, "fingerprint")),
                amount: uint72(svm.createUint(72, "amount")),
                total: uint72(svm.createUint(72, "total"))
            });
        }
    }

    /// @dev The documented preimage, written as a reader of the document would.
    function _preimage(Terms memory t, Portion[] memory portions) private pure returns (bytes memory) {
        bytes memory list;
        for (uint256 i = 0; i < portions.length; ++i) {
            list = abi.encodePacked(list, portions[i].fingerprint, uint256(portions[i].amount));
        }
        return abi.encode(t.obligor, t.payee, t.profile, CNY, t.due, t.face, t.terms, t.salt, keccak256(list));
    }

    function _checkId(Terms memory terms, uint256 count) private view {
        terms.profile = PROFILE;
        Portion[] memory portions = _portions(count);
        assert(tally.payableIdOf(terms, portions) == uint160(uint256(keccak256(_preimage(terms, portions)))));
    }

    function check_APayablesIdIsTheHashOfItsPreimageWithOneInvoice(Terms memory terms) public view {
        _checkId(terms, 1);
    }

    function check_APayablesIdIsTheHashOfItsPreimageWithThreeInvoices(Terms memory terms) public view {
        _checkId(terms, 3);
    }

    function check_ThePreimageIsInjective(Terms memory a, Terms memory b) public pure {
        (Portion[] memory p, Portion[] memory q) = (_portions(2), _portions(2));
        vm.assume(keccak256(_preimage(a, p)) == keccak256(_preimage(b, q)));
        assert(a.obligor == b.obligor && a.payee == b.payee && a.profile == b.profile && a.due == b.due);
        assert(a.face == b.face && a.terms == b.terms && a.salt == b.salt);
        for (uint256 i = 0; i < 2; ++i) {
            assert(p[i].fingerprint == q[i].fingerprint && p[i].amount == q[i].amount);
        }
    }

    function check_ListsOfDifferentLengthsHaveDifferentPreimages(Terms memory a, Terms memory b) public pure {
        assert(keccak256(_preimage(a, _portions(1))) != keccak256(_preimage(b, _portions(2))));
    }

    function check_AChildNamesItsDebtAndItsHashIsThatOfParentAndIndex(uint256 lot, uint8 index) public view {
        uint256 child = tally.childOf(lot, index);
        assert(child >> 96 == lot >> 96);
        assert(uint96(child) == uint96(uint256(keccak256(abi.encode(lot, index)))));
    }

    function check_TheChildsPreimageIsInjective(uint256 lot, uint8 index, uint256 other, uint8 otherIndex) public pure {
        vm.assume(keccak256(abi.encode(lot, index)) == keccak256(abi.encode(other, otherIndex)));
        assert(lot == other && index == otherIndex);
    }

    function check_RootsOfDifferentDebtsDiffer(uint160 id, uint160 other) public view {
        vm.assume(id != other);
        assert(tally.rootOf(id) != tally.rootOf(other));
    }
}
