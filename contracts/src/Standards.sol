// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Base64} from "@openzeppelin/contracts/utils/Base64.sol";
import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";
import {ILots} from "./interfaces/ILots.sol";
import {IStandards} from "./interfaces/IStandards.sol";
import "./interfaces/Types.sol";
import {Ids} from "./libraries/Ids.sol";
import {Rules} from "./libraries/ProfileWord.sol";
import "./libraries/StandingWords.sol";
import "./libraries/Words.sol";
import {State} from "./State.sol";

/// @notice What other software asks by published standards. Nothing here changes anything.
abstract contract Standards is State, IStandards {
    /// @inheritdoc IStandards
    function supportsInterface(bytes4 id) external pure returns (bool) {
        return id == 0x01ffc9a7 || id == 0x5b5e139f || id == 0xe1600902 || id == 0x84b0196e;
    }

    /* ERC-721 METADATA, ERC-3525 */

    /// @inheritdoc IStandards
    function name() external pure returns (string memory) {
        return "Tallystick";
    }

    /// @inheritdoc IStandards
    function symbol() external pure returns (string memory) {
        return "TALLY";
    }

    /// @inheritdoc IStandards
    function valueDecimals() external pure returns (uint8) {
        return 0;
    }

    /// @inheritdoc IStandards
    function ownerOf(uint256 lot) external view returns (address owner) {
        uint256 holder = _lot(lot).holder();
        owner = _participants[holder].account();
        address[] storage keyring = _keyring[holder];
        for (uint256 i = 0; owner == address(0) && i < keyring.length; ++i) {
            if (_isValid(_keys[keyring[i]])) owner = keyring[i];
        }
    }

    /// @inheritdoc IStandards
    function balanceOf(uint256 lot) external view returns (uint256) {
        return _lot(lot).amount();
    }

    /// @inheritdoc IStandards
    function slotOf(uint256 lot) external view returns (uint256) {
        if (_lots[lot].holder() == 0) revert ILots.UnknownLot(lot);
        return Ids.payableOf(lot);
    }

    /// @inheritdoc IStandards
    function contractURI() external pure returns (string memory) {
        return _json(
            "{\"name\":\"Tallystick\",\"description\":\"Confirmed payables and the lots they are held in. Amounts are minor units.\",\"valueDecimals\":0}"
        );
    }

    /// @inheritdoc IStandards
    function tokenURI(uint256 id) external view returns (string memory) {
        Lot lot = _lot(id);
        string memory head = string.concat(
            "{\"name\":\"Lot ",
            Strings.toHexString(id, 32),
            "\",\"description\":\"A holding of a confirmed payable. The balance is minor units of its currency.\",\"balance\":",
            Strings.toString(lot.amount()),
            ",\"slot\":",
            Strings.toString(Ids.payableOf(id))
        );
        return _json(
            string.concat(
                head,
                ",\"properties\":{",
                _number("holder", lot.holder()),
                _number(",", "hops", lot.hops()),
                _number(",", "depth", lot.depth()),
                _number(",", "version", lot.version()),
                _number(",", "flags", lot.flags()),
                _number(",", "lockUntil", lot.lockUntil()),
                "}}"
            )
        );
    }

    /// @inheritdoc IStandards
    function slotURI(uint256 id) external view returns (string memory) {
        Payable debt = _payable(id);
        string memory head = string.concat(
            "{\"name\":\"Payable ",
            Strings.toHexString(id, 20),
            "\",\"description\":\"A confirmed payable. Amounts are minor units, times UTC seconds.\",\"properties\":["
        );
        return _json(
            string.concat(
                head,
                _property("currency", "ISO 4217 number", Ids.currencyOf(debt.profile())),
                _property(",", "due", "when it is due", debt.due()),
                _property(",", "outstanding", "what is still owed", debt.outstanding()),
                _property(",", "available", "what is paid in and not yet paid out", debt.available()),
                _property(",", "state", "state and its flags", debt.state()),
                "]}"
            )
        );
    }

    /* ERC-7943 READS */

    /// @inheritdoc IStandards
    function canSend(address account) external view returns (bool) {
        return _canSend(account);
    }

    /// @inheritdoc IStandards
    function canReceive(address account) external view returns (bool) {
        return _canReceive(account);
    }

    /// @inheritdoc IStandards
    function getFrozenTokens(address account, uint256 lot) external view returns (uint256) {
        return _isHolder(account, _lots[lot]) ? _frozen[lot] : 0;
    }

    /// @inheritdoc IStandards
    function canTransfer(address from, address to, uint256 id, uint256 amount) external view returns (bool) {
        Lot lot = _lots[id];
        if (!lot.lives() || !_isHolder(from, lot) || !_canSend(from) || !_canReceive(to)) return false;
        uint256 recipient = _keys[to].participant();
        return recipient != lot.holder() && _yields(lot, recipient) && _isMovable(id, lot, amount);
    }

    /// @dev Not locked, or locked by the holder alone for this recipient. An offer on-chain or a financing binds the lot otherwise.
    function _yields(Lot lot, uint256 recipient) private view returns (bool) {
        bool bound = lot.has(LOT_OFFERED | LOT_FINANCING | LOT_PLEDGED);
        return !_isLocked(lot) || (!bound && lot.lockParty() == recipient);
    }

    function _isMovable(uint256 id, Lot lot, uint256 amount) private view returns (bool) {
        Payable debt = _payables[Ids.payableOf(id)];
        Rules rules = _rules[debt.profile()];
        if (debt.state() & (PAYABLE_STATE_MASK | PAYABLE_OVERDUE) != PAYABLE_ACTIVE || rules.paused()) return false;
        if (block.timestamp >= _recordTime(debt, rules) || lot.hops() >= rules.hops()) return false;
        uint256 whole = lot.amount();
        if (amount == 0 || amount > whole - _frozenPart(id, lot)) return false;
        bool spent = lot.version() == type(uint16).max;
        return amount == whole ? !spent : _isDivisible(lot, rules, amount) && !(spent && lot.has(LOT_OFFERED));
    }

    /// @dev Whether a child of this amount may be cut off: a bit that is not spent, depth, and the smallest lot on both sides.
    function _isDivisible(Lot lot, Rules rules, uint256 amount) private pure returns (bool) {
        uint256 all = (1 << rules.children()) - 1;
        uint256 smallest = rules.smallestLot();
        return lot.children() & all != all && lot.depth() < rules.depth() && amount >= smallest
            && lot.amount() - amount >= smallest;
    }

    /// @dev A round may have paid out of the frozen part.
    function _frozenPart(uint256 id, Lot lot) private view returns (uint256) {
        uint256 frozen = lot.has(LOT_FROZEN) ? _frozen[id] : 0;
        return frozen > lot.amount() ? lot.amount() : frozen;
    }

    function _canSend(address account) private view returns (bool) {
        Key key = _keys[account];
        return _isValid(key) && key.standing().status() == STATUS_ACTIVE;
    }

    function _canReceive(address account) private view returns (bool) {
        Participant standing = _keys[account].standing();
        return _canSend(account) && block.timestamp < standing.verifiedUntil()
            && standing.roles() & (ROLE_SUPPLIER | ROLE_FUNDER | ROLE_OBLIGOR) != 0;
    }

    function _isValid(Key key) private view returns (bool) {
        return block.timestamp >= key.fromTime() && block.timestamp < key.until();
    }

    /// @dev The holder's account, or one of its keys.
    function _isHolder(address account, Lot lot) private view returns (bool) {
        uint256 holder = lot.holder();
        return holder != 0 && account != address(0)
            && (_keys[account].participant() == holder || _participants[holder].account() == account);
    }

    /* REFUSED */

    /// @inheritdoc IStandards
    function transferFrom(address, address, uint256) external pure {
        revert UseAcceptOffer();
    }

    /// @inheritdoc IStandards
    function safeTransferFrom(address, address, uint256) external pure {
        revert UseAcceptOffer();
    }

    /// @inheritdoc IStandards
    function approve(address, uint256) external pure {
        revert UseAcceptOffer();
    }

    /// @inheritdoc IStandards
    function setFrozenTokens(address, uint256, uint256) external pure returns (bool) {
        revert UseFreeze();
    }

    /// @inheritdoc IStandards
    function forcedTransfer(address, address, uint256, uint256) external pure returns (bool) {
        revert UseForceTransfer();
    }

    /* JSON */

    function _json(string memory text) private pure returns (string memory) {
        return string.concat("data:application/json;base64,", Base64.encode(bytes(text)));
    }

    function _number(string memory label, uint256 value) private pure returns (string memory) {
        return string.concat("\"", label, "\":", Strings.toString(value));
    }

    function _number(string memory before, string memory label, uint256 value) private pure returns (string memory) {
        return string.concat(before, _number(label, value));
    }

    function _property(string memory label, string memory description, uint256 value)
        private
        pure
        returns (string memory)
    {
        return string.concat(
            "{\"name\":\"", label, "\",\"description\":\"", description, "\",\"value\":", Strings.toString(value), "}"
        );
    }

    function _property(string memory before, string memory label, string memory description, uint256 value)
        private
        pure
        returns (string memory)
    {
        return string.concat(before, _property(label, description, value));
    }
}
