// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import "./Symbolic.sol";

/// @notice Whatever the words hold, a split, a merge and a redemption neither make nor lose a minor unit.
contract ConservationProof is Symbolic {
    function _split(uint256 lot, uint8 child, uint72 amount) private returns (bool done) {
        (uint8[] memory children, uint72[] memory amounts) = (new uint8[](1), new uint72[](1));
        (children[0], amounts[0]) = (child, amount);
        vm.prank(_key(HOLDER));
        (done,) = address(tally).call(abi.encodeCall(IHoldings.split, (lot, children, amounts)));
    }

    function check_SplitConserves(uint256 debt, uint256 word, uint8 index, uint72 amount) public {
        debt = _anyDebt(debt);
        _putLot(ROOT, word);
        if (!_split(ROOT, index, amount)) return;
        uint256 child = (ROOT >> 96 << 96) | uint96(uint256(keccak256(abi.encode(ROOT, index))));
        if (child == ROOT) return;
        uint256 rest = tally.lotWord(ROOT);
        uint256 part = tally.lotWord(child);
        assert(_amount(rest) + _amount(part) == _amount(word));
        assert(_amount(part) == amount && amount != 0);
        assert(uint32(part) == uint32(word) && uint32(rest) == uint32(word));
        assert(tally.payableWord(ID) == debt);
        // The child's bit is spent, no other changed.
        assert(rest >> 216 == (word >> 216) | (1 << index) && (word >> 216) & (1 << index) == 0);
    }

    function check_MergeConserves(uint256 debt, uint256 into, uint256 other) public {
        debt = _anyDebt(debt);
        uint256 second = ROOT | 77;
        _putLot(ROOT, into);
        _putLot(second, other);
        uint256[] memory others = new uint256[](1);
        others[0] = second;
        vm.prank(_key(HOLDER));
        (bool done,) = address(tally).call(abi.encodeCall(IHoldings.merge, (ROOT, others)));
        if (!done) return;
        uint256 merged = tally.lotWord(ROOT);
        assert(_amount(merged) == _amount(into) + _amount(other));
        assert(tally.lotWord(second) == 0);
        assert(uint32(merged) == uint32(into) && uint32(into) == uint32(other));
        assert(uint8(merged >> 104) >= uint8(into >> 104) && uint8(merged >> 104) >= uint8(other >> 104));
        assert(tally.payableWord(ID) == debt);
    }

    function check_RedeemConserves(uint256 debt, uint256 word, bytes32 receipt) public {
        debt = _anyDebt(debt);
        _putLot(ROOT, word);
        vm.prank(_key(AGENT));
        (bool done,) = address(tally).call(abi.encodeCall(IPayments.redeem, (ROOT, receipt)));
        if (!done) return;
        uint256 left = tally.payableWord(ID);
        assert(_outstanding(left) + _amount(word) == _outstanding(debt));
        assert(_available(left) + _amount(word) == _available(debt));
        assert(left >> 232 == debt >> 232 && uint80(left) == uint80(debt));
        // Whole, once, with a receipt, and only when money covers every lot.
        assert(_amount(word) != 0 && receipt != 0 && _outstanding(debt) <= _available(debt));
        assert(tally.lotWord(ROOT) & (uint256(LOT_ENDED) << 136) != 0 && word & (uint256(LOT_ENDED) << 136) == 0);
    }
}
