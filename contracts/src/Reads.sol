// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IReads} from "./interfaces/IReads.sol";
import "./interfaces/Types.sol";
import {Ids} from "./libraries/Ids.sol";
import "./libraries/StandingWords.sol";
import "./libraries/Words.sol";
import {Rules} from "./libraries/ProfileWord.sol";
import {Standards} from "./Standards.sol";
import {State} from "./State.sol";

/// @notice The last extension: reads only. Runs on the core's storage; unknown calls end here.
contract Reads is Standards, IReads {
    constructor(address authority) State(authority) {}

    /* WORDS */

    /// @inheritdoc IReads
    function payableWord(uint256 id) external view returns (uint256) {
        return Payable.unwrap(_payables[id]);
    }

    /// @inheritdoc IReads
    function lotWord(uint256 lot) external view returns (uint256) {
        return Lot.unwrap(_lots[lot]);
    }

    /// @inheritdoc IReads
    function participantWord(uint32 participant) external view returns (uint256) {
        return Participant.unwrap(_participants[participant]);
    }

    /// @inheritdoc IReads
    function dossierOf(uint32 participant) external view returns (bytes32) {
        return _dossiers[participant];
    }

    /// @inheritdoc IReads
    function keyWord(address key) external view returns (uint256) {
        return _keys[key].own();
    }

    /// @inheritdoc IReads
    function limitWord(uint32 obligor, uint16 currency) external view returns (uint256) {
        return Limit.unwrap(_limits[_limitKey(obligor, currency)]);
    }

    /// @inheritdoc IReads
    function invoiceWord(uint32 obligor, bytes32 fingerprint) external view returns (uint256) {
        return Invoice.unwrap(_invoices[obligor][fingerprint].word);
    }

    /// @inheritdoc IReads
    function roundWord(uint256 payableId) external view returns (uint256) {
        return Round.unwrap(_rounds[payableId]);
    }

    /// @inheritdoc IReads
    function frozenOf(uint256 lot) external view returns (uint72) {
        return uint72(_frozen[lot]);
    }

    /// @inheritdoc IReads
    function recourseOf(uint256 lot) external view returns (uint32) {
        return uint32(_recourse[lot]);
    }

    /// @inheritdoc IReads
    function consentOf(uint256 lot) external view returns (bytes32) {
        return _consents[lot];
    }

    /* DECODED */

    /// @inheritdoc IReads
    function profileOf(uint16 profile) external view returns (Profile memory rules, bool paused) {
        Rules word = _rules[profile];
        return (word.unpack(), word.paused());
    }

    /// @inheritdoc IReads
    function payableOf(uint256 id)
        external
        view
        returns (uint32, uint16, uint32, uint8, uint72, uint72, uint16, uint8)
    {
        Payable p = _payables[id];
        return (
            uint32(p.obligor()),
            uint16(p.profile()),
            uint32(p.due()),
            uint8(p.state()),
            uint72(p.outstanding()),
            uint72(p.available()),
            uint16(p.sequence()),
            uint8(p.round())
        );
    }

    /// @inheritdoc IReads
    function lotOf(uint256 id)
        external
        view
        returns (uint32, uint72, uint8, uint8, uint16, uint8, uint8, uint32, uint32, uint40)
    {
        Lot l = _lots[id];
        return (
            uint32(l.holder()),
            uint72(l.amount()),
            uint8(l.hops()),
            uint8(l.depth()),
            uint16(l.version()),
            uint8(l.flags()),
            uint8(l.round()),
            uint32(l.lockParty()),
            uint32(l.lockUntil()),
            uint40(l.children())
        );
    }

    /* IDS AND HASHES */

    /// @inheritdoc IReads
    function payableIdOf(Terms calldata terms, Portion[] calldata portions) external pure returns (uint256) {
        return Ids.payableId(terms, Ids.currencyOf(terms.profile), portions);
    }

    /// @inheritdoc IReads
    function childOf(uint256 lot, uint8 index) external pure returns (uint256) {
        return Ids.child(lot, index);
    }

    /// @inheritdoc IReads
    function rootOf(uint256 payableId) external pure returns (uint256) {
        return Ids.root(payableId);
    }

    /// @inheritdoc IReads
    function offerHash(Offer calldata offer) external view returns (bytes32) {
        return _hashTypedDataV4(Ids.offerStruct(offer));
    }

    /// @inheritdoc IReads
    function financingHash(Financing calldata financing) external pure returns (bytes32) {
        return Ids.financing(financing);
    }
}
