// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {IBatches} from "./interfaces/IBatches.sol";
import {IPayments} from "./interfaces/IPayments.sol";
import {ILots} from "./interfaces/ILots.sol";
import {IPayables} from "./interfaces/IPayables.sol";
import {IRegistrar} from "./interfaces/IRegistrar.sol";
import {ISettlement} from "./interfaces/ISettlement.sol";
import "./interfaces/Types.sol";
import {Ids} from "./libraries/Ids.sol";
import {Rules} from "./libraries/ProfileWord.sol";
import "./libraries/StandingWords.sol";
import "./libraries/Words.sol";

/// @notice The storage that the core and its extensions share, and the checks that more than one of them needs.
/// @dev Extensions run by delegatecall from the core, so their layout is this one and nothing else.
abstract contract State is AccessManaged, EIP712 {
    /// @dev One word; as a struct, so that reading and writing it hash the key once.
    struct InvoiceSlot {
        Invoice word;
    }

    uint8 internal constant MAX_CHILDREN = 40;

    mapping(uint256 payableId => Payable) internal _payables;
    mapping(uint256 lot => Lot) internal _lots;
    mapping(uint256 participant => Participant) internal _participants;
    mapping(address key => Key) internal _keys;
    mapping(uint256 obligorAndCurrency => Limit) internal _limits;
    mapping(uint256 obligor => mapping(bytes32 fingerprint => InvoiceSlot)) internal _invoices;
    mapping(uint256 profile => Rules) internal _rules;
    mapping(uint256 payableId => Round) internal _rounds;
    /// @dev Hash of the stored offer or financing while its lock stands.
    mapping(uint256 lot => bytes32) internal _consents;
    mapping(uint256 lot => uint256) internal _frozen;
    /// @dev The seller that owes recourse.
    mapping(uint256 lot => uint256) internal _recourse;
    /// @dev What the latest round paid a lot, for an exact reopening.
    mapping(uint256 lot => uint256) internal _lines;
    mapping(uint256 participant => bytes32) internal _dossiers;
    /// @dev The keys of a participant that are valid now or later: those that carry a copy of its standing.
    mapping(uint256 participant => address[]) internal _keyring;

    constructor(address authority) AccessManaged(authority) EIP712("Tallystick", "1") {}

    /* WHO ACTS */

    /// @dev The active participant that the caller's key signs for now, and its standing.
    function _actor() internal view returns (uint256 id, Participant standing) {
        return _activeSigner(msg.sender);
    }

    function _activeSigner(address signer) internal view returns (uint256 id, Participant standing) {
        Key key = _validKey(signer);
        id = key.participant();
        standing = key.standing();
        if (standing.status() != STATUS_ACTIVE) {
            revert IRegistrar.ParticipantInactive(uint32(id), uint8(standing.status()));
        }
    }

    /// @dev A key that was never set has no validity either.
    function _validKey(address signer) internal view returns (Key key) {
        key = _keys[signer];
        if (block.timestamp < key.fromTime() || block.timestamp >= key.until()) {
            if (key.participant() == 0) revert IRegistrar.UnknownKey(signer);
            revert IRegistrar.KeyNotValid(signer, uint32(key.fromTime()), uint32(key.until()));
        }
    }

    function _active(uint256 id) internal view returns (Participant participant) {
        participant = _participants[id];
        if (participant.status() != STATUS_ACTIVE) {
            if (participant.status() == STATUS_NONE) revert IRegistrar.UnknownParticipant(uint32(id));
            revert IRegistrar.ParticipantInactive(uint32(id), uint8(participant.status()));
        }
    }

    /// @dev One of `roles` and a verification that has not expired: what it takes to enter into something new.
    function _requireVerified(uint256 id, Participant participant, uint256 roles) internal view {
        _requireRole(id, participant, roles);
        if (block.timestamp >= participant.verifiedUntil()) {
            revert IRegistrar.VerificationExpired(uint32(id), uint32(participant.verifiedUntil()));
        }
    }

    function _requireRole(uint256 id, Participant participant, uint256 roles) internal pure {
        if (participant.roles() & roles == 0) revert IRegistrar.RoleMissing(uint32(id), uint8(roles));
    }

    /// @dev Whose valid key made the signature: 65 bytes of a key, or 20 bytes of an ERC-1271 wallet that is one and then its signature.
    function _signerOf(bytes32 structHash, bytes calldata signature) internal view returns (address signer) {
        bytes32 digest = _hashTypedDataV4(structHash);
        if (signature.length == 65) return _recover(digest, signature);
        if (signature.length < 20) revert IPayables.BadSignature();
        signer = address(bytes20(signature[:20]));
        if (!SignatureChecker.isValidERC1271SignatureNow(signer, digest, signature[20:])) {
            revert IPayables.BadSignature();
        }
    }

    function _requireSignature(uint256 id, bytes32 structHash, bytes calldata signature) internal view {
        if (_validKey(_signerOf(structHash, signature)).participant() != id) revert IPayables.BadSignature();
    }

    /// @dev Only the lower half of s is taken (EIP-2), so a signature has one form.
    function _recover(bytes32 digest, bytes calldata signature) private pure returns (address signer) {
        bytes32 s = bytes32(signature[32:64]);
        if (uint256(s) > 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0) {
            revert IPayables.BadSignature();
        }
        signer = ecrecover(digest, uint8(signature[64]), bytes32(signature[:32]), s);
        if (signer == address(0)) revert IPayables.BadSignature();
    }

    /* LISTS */

    /// @dev A leg of a list: the call that it would be alone, by the same signer on the same storage. What refuses it names it.
    function _leg(uint256 index, bytes memory data) internal returns (bytes memory answer) {
        bool done;
        // Of a call to this contract itself nothing comes back but what its own functions return or revert with.
        (done, answer) = address(this).delegatecall(data);
        if (!done) revert IBatches.LegFailed(index, answer);
    }

    /* LOOK-UPS */

    function _limitKey(uint256 obligor, uint256 currency) internal pure returns (uint256) {
        return (obligor << 16) | currency;
    }

    function _limitKeyOf(Payable debt) internal pure returns (uint256) {
        return _limitKey(debt.obligor(), Ids.currencyOf(debt.profile()));
    }

    function _lot(uint256 id) internal view returns (Lot lot) {
        lot = _lots[id];
        if (!lot.lives()) _refuseLot(id, lot);
    }

    function _refuseLot(uint256 id, Lot lot) private pure {
        if (lot.holder() == 0) revert ILots.UnknownLot(id);
        revert ILots.LotEnded(id);
    }

    function _ownLot(uint256 id) internal view returns (Lot lot) {
        lot = _lot(id);
        (uint256 actor,) = _actor();
        if (lot.holder() != actor) revert ILots.NotHolder(id, uint32(actor), uint32(lot.holder()));
    }

    function _payable(uint256 id) internal view returns (Payable debt) {
        debt = _payables[id];
        if (debt.obligor() == 0) revert IPayables.UnknownPayable(id);
    }

    /// @dev Accepted, not ended, and free of the `barred` flags.
    function _activePayable(uint256 id, uint256 barred) internal view returns (Payable debt) {
        debt = _payables[id];
        if (debt.state() & (PAYABLE_STATE_MASK | barred) != PAYABLE_ACTIVE) _refusePayable(id, debt, barred);
    }

    function _refusePayable(uint256 id, Payable debt, uint256 barred) private pure {
        if (debt.obligor() == 0) revert IPayables.UnknownPayable(id);
        if (debt.state() & PAYABLE_STATE_MASK == PAYABLE_ACTIVE) {
            if (debt.has(PAYABLE_SUSPENDED & barred)) revert IPayments.RedemptionIsSuspended(id);
            if (debt.has(PAYABLE_ROUND_OPEN & barred)) revert IPayments.RoundIsOpen(id);
        }
        revert IPayables.WrongState(id, uint8(debt.state()));
    }

    function _recordTime(Payable debt, Rules rules) internal pure returns (uint256) {
        return debt.due() - rules.recordLead();
    }

    /// @dev A lot changes hands or shape only before the record time of an accepted payable that is not overdue.
    function _movable(uint256 lot) internal view returns (Payable debt, Rules rules, uint256 recordTime) {
        uint256 id = Ids.payableOf(lot);
        debt = _activePayable(id, PAYABLE_OVERDUE);
        rules = _rules[debt.profile()];
        recordTime = _recordTime(debt, rules);
        if (block.timestamp >= recordTime) revert ILots.PastRecordTime(id, uint32(recordTime));
    }

    /* CHANGES */

    /// @dev Every write but a plain split raises the version. At its maximum a lot can only be redeemed.
    function _bump(uint256 id, Lot lot) internal pure returns (Lot) {
        if (lot.version() == type(uint16).max) revert ILots.VersionSpent(id);
        return lot.bumped();
    }

    /// @dev Redemption and acts of law are never stopped by a spent version.
    function _bumpUpToMax(Lot lot) internal pure returns (Lot) {
        return lot.version() == type(uint16).max ? lot : lot.bumped();
    }

    /// @dev A lot without a lock has no time of one either.
    function _isLocked(Lot lot) internal view returns (bool) {
        return block.timestamp <= lot.lockUntil();
    }

    /// @dev The lot without a lock; a lock that stands is an error, one that has run out is cleared.
    function _unlocked(uint256 id, Lot lot) internal returns (Lot) {
        if (lot.lockUntil() == 0) return lot;
        if (_isLocked(lot)) revert ILots.LotIsLocked(id, uint32(lot.lockParty()), uint32(lot.lockUntil()));
        return _clearLock(id, lot);
    }

    function _clearLock(uint256 id, Lot lot) internal returns (Lot) {
        if (lot.has(LOT_OFFERED | LOT_FINANCING)) delete _consents[id];
        return lot.withoutLock();
    }

    /// @dev Deletes a lot's word and those that stand beside it.
    function _forget(uint256 id, Lot lot) internal {
        if (lot.has(LOT_OFFERED | LOT_FINANCING)) delete _consents[id];
        if (lot.has(LOT_FROZEN)) delete _frozen[id];
        if (lot.has(LOT_RECOURSE)) delete _recourse[id];
        _lots[id] = Lot.wrap(0);
    }

    /// @dev A lock names another participant and ends before the record time. Whether that participant is active is asked when it acts.
    function _locked(uint256 id, Lot lot, uint32 party, uint32 until) internal returns (Lot) {
        (,, uint256 recordTime) = _movable(id);
        if (lot.amount() == 0) revert ILots.AmountOutOfRange(id, 0, 0);
        lot = _unlocked(id, lot);
        if (party == 0) revert IRegistrar.BadArgument("party");
        if (party == lot.holder()) revert IRegistrar.BadArgument("party is the holder");
        if (until <= block.timestamp) revert ILots.LockInPast(until);
        if (until >= recordTime) revert ILots.LockBeyondRecordTime(until, uint32(recordTime));
        return _bump(id, lot).withLock(party, until);
    }

    /// @dev Spends child `index` of a lot: the parent's word without the amount and the child's id, whose slot is empty.
    function _part(uint256 id, Lot lot, uint8 index, uint72 amount, Rules rules)
        internal
        view
        returns (Lot parent, uint256 child)
    {
        if (index >= rules.children()) revert ILots.ChildOutOfRange(index, uint8(rules.children()));
        uint256 bit = 1 << index;
        if (lot.children() & bit != 0) revert ILots.ChildSpent(id, index);
        if (lot.depth() >= rules.depth()) revert ILots.TooDeep(id, uint8(lot.depth()));
        uint256 whole = lot.amount();
        uint256 free = lot.has(LOT_FROZEN) ? whole - _frozen[id] : whole;
        uint256 smallest = rules.smallestLot();
        if (amount == 0 || amount < smallest || amount > free || (amount != whole && whole - amount < smallest)) {
            revert ILots.AmountOutOfRange(id, amount, uint72(free));
        }
        child = Ids.child(id, index);
        if (Lot.unwrap(_lots[child]) != 0) revert ILots.ChildSpent(id, index);
        parent = lot.withAmount(whole - amount).withChildren(lot.children() | bit);
    }

    /// @dev Once the money covers the debt it is no longer overdue, and the obligor may issue again.
    function _cured(uint256 id, Payable debt) internal returns (Payable) {
        if (!debt.has(PAYABLE_OVERDUE) || debt.available() < debt.outstanding()) return debt;
        uint256 key = _limitKeyOf(debt);
        _limits[key] = _limits[key].withOverdue(_limits[key].overdue() - 1);
        emit IPayments.OverdueCured(id);
        return debt.withState(debt.state() & ~uint256(PAYABLE_OVERDUE));
    }

    function _settled(Payable debt) internal pure returns (Payable) {
        return debt.outstanding() == 0
            ? debt.withState((debt.state() & ~uint256(PAYABLE_STATE_MASK)) | PAYABLE_SETTLED)
            : debt;
    }
}
