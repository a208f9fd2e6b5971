// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import "./Base.t.sol";

/// @notice Lots in portions of their holder, and lists of one, for the tests of holdings.
abstract contract Parts is Base {
    function _one(uint256 lot) internal pure returns (uint256[] memory lots) {
        lots = new uint256[](1);
        lots[0] = lot;
    }

    function _one72(uint72 amount) internal pure returns (uint72[] memory amounts) {
        amounts = new uint72[](1);
        amounts[0] = amount;
    }

    function _one8(uint8 child) internal pure returns (uint8[] memory children) {
        children = new uint8[](1);
        children[0] = child;
    }

    /// @dev A part of one's own lot as a lot of its own.
    function _splitOff(uint256 lot, uint8 child, uint72 amount) internal returns (uint256) {
        _as(_lot(lot).holder);
        tally.split(lot, _one8(child), _one72(amount));
        return tally.childOf(lot, child);
    }
}
