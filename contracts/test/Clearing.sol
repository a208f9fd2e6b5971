// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import "./Base.t.sol";
import {Wallet} from "./Wallet.sol";

/// @notice Rounds, several lots of one debt, and consents of payment agents, for the tests of money.
abstract contract Clearing is Base {
    uint256 internal constant CURVE_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;
    uint256 private constant PAYABLES_SLOT = 3;

    /// @dev A root of `face` in `count` lots of `each`, held by SECOND, and what is left of the root, the payee's.
    function _cut(uint72 face, uint8 count, uint72 each) internal returns (uint256 id, uint256[] memory lots) {
        uint256 root;
        (id, root) = _issueAccepted(face);
        lots = new uint256[](uint256(count) + 1);
        for (uint8 i = 0; i < count; ++i) {
            lots[i] = _passPart(root, i, each, SECOND);
        }
        lots[count] = root;
    }

    /// @dev An accepted debt under a profile that lets nothing be reopened.
    function _issueFinal(uint72 face) internal returns (uint256 id, uint256 lot) {
        Profile memory rules = _rules();
        rules.reopenPeriod = 0;
        _asRegistrar();
        tally.setProfile(PROFILE + 1, rules);
        Terms memory terms = _terms(face);
        terms.profile = PROFILE + 1;
        id = _issue(terms, _portions(face));
        _accept(id);
        lot = tally.rootOf(id);
    }

    /// @dev Room for debts up to the type's largest amount.
    function _raiseLimitToTheTop() internal {
        _asRegistrar();
        tally.setLimit(OBLIGOR, CNY, type(uint72).max, AGENT);
    }

    function _openRound(uint256 id) internal {
        _as(AGENT);
        tally.openRound(id);
    }

    function _closeRound(uint256 id) internal {
        _as(AGENT);
        tally.closeRound(id);
    }

    function _redeemInRound(uint256 lot, uint72 line) internal {
        (uint256[] memory lots, uint72[] memory lines) = (new uint256[](1), new uint72[](1));
        (lots[0], lines[0]) = (lot, line);
        _redeemInRound(lots, lines);
    }

    function _redeemInRound(uint256[] memory lots, uint72[] memory lines) internal {
        bytes32[] memory receipts = _receipts(lots.length);
        _as(AGENT);
        tally.redeemInRound(lots, lines, receipts);
    }

    /// @dev Shares that add up to the payment: each line ends where its part of the running total ends.
    function _lines(uint256[] memory lots, uint72 base, uint72 payment) internal view returns (uint72[] memory lines) {
        lines = new uint72[](lots.length);
        uint256 seen;
        uint256 paid;
        for (uint256 i = 0; i < lots.length; ++i) {
            seen += _lot(lots[i]).amount;
            lines[i] = uint72(seen * payment / base - paid);
            paid += lines[i];
        }
    }

    function _receipts(uint256 count) internal pure returns (bytes32[] memory receipts) {
        receipts = new bytes32[](count);
        for (uint256 i = 0; i < count; ++i) {
            receipts[i] = keccak256(abi.encode("receipt", i));
        }
    }

    function _one(uint256 lot) internal pure returns (uint256[] memory lots) {
        lots = new uint256[](1);
        lots[0] = lot;
    }

    /// @dev The same signature with the other s: good for ecrecover, refused by the rule of the lower half.
    function _malleable(bytes32 digest, uint256 secret) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(secret, digest);
        return abi.encodePacked(r, bytes32(CURVE_ORDER - uint256(s)), v == 27 ? uint8(28) : uint8(27));
    }

    function _digest(bytes32 structHash) internal view returns (bytes32) {
        return keccak256(abi.encodePacked("\x19\x01", _domain(address(tally)), structHash));
    }

    /// @dev Writes sequence and round of a payable straight into storage, to stand at their ends without so many calls.
    function _setCounters(uint256 id, uint16 sequence, uint8 round) internal {
        bytes32 slot = keccak256(abi.encode(id, PAYABLES_SLOT));
        uint256 word = uint256(vm.load(address(tally), slot));
        assert(word == tally.payableWord(id));
        word = (word << 24) >> 24;
        vm.store(address(tally), slot, bytes32(word | (uint256(sequence) << 232) | (uint256(round) << 248)));
    }

    function _panic(uint256 code) internal pure returns (bytes memory) {
        return abi.encodeWithSignature("Panic(uint256)", code);
    }
}
