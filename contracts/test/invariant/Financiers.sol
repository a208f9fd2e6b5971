// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import "./Traders.sol";

/// @notice Funders: binding consent, completion, release, pledges.
abstract contract Financiers is Traders {
    mapping(uint256 lot => Financing) internal agreed;

    function lockForFinancing(uint256 seed) external watched(Kind.Consent) {
        uint256 lot = _findLot(seed, _isFinanceable);
        if (lot == 0) return;
        uint32 funder = _lot(lot).holder == FUNDER || seed % 2 == 0 ? OTHER_FUNDER : FUNDER;
        if (funder == _lot(lot).holder || !_isVerified(funder)) return;
        uint8 kind = uint8((seed >> 8) % 2);
        Financing memory financing =
            Financing(funder, _until(lot, seed >> 24), kind, (seed >> 16) % 2 == 0, keccak256(abi.encode(seed)));
        _by(_lot(lot).holder);
        tally.lockForFinancing(lot, financing);
        agreed[lot] = financing;
        count["lockForFinancing"] += 1;
    }

    function _isFinanceable(uint256 lot) private view returns (bool) {
        return _isLockable(lot) && _isPassable(lot) && ice[lot] == 0;
    }

    /// @dev Neither an epoch nor a suspended holder, a pause or an overdue mark can defeat it.
    function finance(uint256 seed) external watched(Kind.Consent) {
        uint256 lot = _findLot(seed, _isBound);
        if (lot == 0 || !_isActive(agreed[lot].funder)) return;
        (Financing memory financing, Holding memory before) = (agreed[lot], _lot(lot));
        _by(financing.funder);
        tally.finance(lot, financing, RECEIPT);
        bool assigned = financing.kind == FINANCE_ASSIGNMENT;
        vm.assertEq(_lot(lot).holder, assigned ? financing.funder : before.holder, "the holder it was agreed to be");
        vm.assertEq(_lot(lot).flags & LOT_PLEDGED != 0, !assigned, "pledged or assigned");
        count[assigned ? "assign" : "pledge"] += 1;
    }

    function _isBound(uint256 lot) private view returns (bool) {
        return _lives(lot) && _lot(lot).flags & LOT_FINANCING != 0 && _isLocked(lot);
    }

    function releasePledge(uint256 seed) external watched(Kind.Consent) {
        uint256 lot = _findLot(seed, _isPledged);
        if (lot == 0 || seed % 2 != 0) return;
        _by(_lot(lot).lockParty);
        tally.releasePledge(lot, RECEIPT);
        count["releasePledge"] += 1;
    }

    function _isPledged(uint256 lot) private view returns (bool) {
        return _lives(lot) && _lot(lot).flags & LOT_PLEDGED != 0 && _isActive(_lot(lot).lockParty);
    }
}
