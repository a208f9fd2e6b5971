// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {ILots} from "./interfaces/ILots.sol";
import {IPayables} from "./interfaces/IPayables.sol";
import {IRegistrar} from "./interfaces/IRegistrar.sol";
import {ISettlement} from "./interfaces/ISettlement.sol";
import "./interfaces/Types.sol";
import {Ids} from "./libraries/Ids.sol";
import {Rules} from "./libraries/ProfileWord.sol";
import "./libraries/Words.sol";

/// @notice The storage that the core and its extensions share, and the checks that more than one of them needs.
/// @dev Extensions run by delegatecall from the core, so their layout is this one and nothing else.
abstract contract State is AccessManaged, EIP712 {
    uint8 internal constant MAX_CHILDREN = 40;

    mapping(uint256 payableId => Payable) internal _payables;
    mapping(uint256 lot => Lot) internal _lots;
    mapping(uint32 participant => Participant) internal _participants;
    mapping(address key => Key) internal _keys;
    mapping(uint256 obligorAndCurrency => Limit) internal _limits;
    mapping(uint32 obligor => mapping(bytes32 fingerprint => Invoice)) internal _invoices;
    mapping(uint16 profile => Rules) internal _rules;
    mapping(uint256 payableId => Round) internal _rounds;
    /// @dev Hash of the stored offer or financing while its lock stands.
    mapping(uint256 lot => bytes32) internal _consents;
    mapping(uint256 lot => uint72) internal _frozen;
    /// @dev The seller that owes recourse.
    mapping(uint256 lot => uint32) internal _recourse;
    /// @dev What the latest round paid a lot, for an exact reopening.
    mapping(uint256 lot => uint72) internal _lines;
    mapping(uint32 participant => bytes32) internal _dossiers;

    constructor(address authority) AccessManaged(authority) EIP712("Tallystick", "1") {}

    /* WHO ACTS */

    /// @dev The active participant that the caller's key signs for now.
    function _actor() internal view returns (uint32 id, Participant participant) {
        id = _signerOf(msg.sender);
        participant = _active(id);
    }

    function _signerOf(address signer) internal view returns (uint32) {
        Key key = _keys[signer];
        if (key.participant() == 0) revert IRegistrar.UnknownKey(signer);
        if (block.timestamp < key.fromTime() || block.timestamp >= key.until()) {
            revert IRegistrar.KeyNotValid(signer, key.fromTime(), key.until());
        }
        return key.participant();
    }

    function _active(uint32 id) internal view returns (Participant participant) {
        participant = _participants[id];
        if (participant.status() == STATUS_NONE) revert IRegistrar.UnknownParticipant(id);
        if (participant.status() != STATUS_ACTIVE) revert IRegistrar.ParticipantInactive(id, participant.status());
    }

    /// @dev One of `roles` and a verification that has not expired: what it takes to enter into something new.
    function _requireVerified(uint32 id, Participant participant, uint8 roles) internal view {
        _requireRole(id, participant, roles);
        if (block.timestamp >= participant.verifiedUntil()) {
            revert IRegistrar.VerificationExpired(id, participant.verifiedUntil());
        }
    }

    function _requireRole(uint32 id, Participant participant, uint8 roles) internal pure {
        if (participant.roles() & roles == 0) revert IRegistrar.RoleMissing(id, roles);
    }

    /// @dev 65 bytes of a key of the participant, or 20 bytes of an ERC-1271 wallet that is one and then its signature.
    function _requireSignature(uint32 id, bytes32 structHash, bytes calldata signature) internal view {
        bytes32 digest = _hashTypedDataV4(structHash);
        address signer;
        if (signature.length == 65) {
            signer = _recover(digest, signature);
        } else {
            if (signature.length < 20) revert IPayables.BadSignature();
            signer = address(bytes20(signature[:20]));
            if (!SignatureChecker.isValidERC1271SignatureNow(signer, digest, signature[20:])) {
                revert IPayables.BadSignature();
            }
        }
        if (_signerOf(signer) != id) revert IPayables.BadSignature();
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

    /* LOOK-UPS */

    function _limitKey(uint32 obligor, uint16 currency) internal pure returns (uint256) {
        return (uint256(obligor) << 16) | currency;
    }

    function _limitKeyOf(Payable debt) internal view returns (uint256) {
        return _limitKey(debt.obligor(), _rules[debt.profile()].currency());
    }

    function _lot(uint256 id) internal view returns (Lot lot) {
        lot = _lots[id];
        if (lot.holder() == 0) revert ILots.UnknownLot(id);
        if (lot.flags() & LOT_ENDED != 0) revert ILots.LotEnded(id);
    }

    function _ownLot(uint256 id) internal view returns (Lot lot) {
        lot = _lot(id);
        (uint32 actor,) = _actor();
        if (lot.holder() != actor) revert ILots.NotHolder(id, actor, lot.holder());
    }

    function _payable(uint256 id) internal view returns (Payable debt) {
        debt = _payables[id];
        if (debt.obligor() == 0) revert IPayables.UnknownPayable(id);
    }

    /// @dev Accepted and not ended, whatever its flags.
    function _activePayable(uint256 id) internal view returns (Payable debt) {
        debt = _payable(id);
        if (debt.state() & PAYABLE_STATE_MASK != PAYABLE_ACTIVE) revert IPayables.WrongState(id, debt.state());
    }

    function _recordTime(Payable debt, Rules rules) internal pure returns (uint32) {
        return debt.due() - rules.recordLead();
    }

    /// @dev A lot changes hands or shape only before the record time of an accepted payable that is not overdue.
    function _movable(uint256 lot) internal view returns (Payable debt, Rules rules) {
        uint256 id = Ids.payableOf(lot);
        debt = _activePayable(id);
        if (debt.state() & PAYABLE_OVERDUE != 0) revert IPayables.WrongState(id, debt.state());
        rules = _rules[debt.profile()];
        if (block.timestamp >= _recordTime(debt, rules)) revert ILots.PastRecordTime(id, _recordTime(debt, rules));
    }

    /* CHANGES */

    /// @dev Every write but a plain split raises the version. At its maximum a lot can only be redeemed.
    function _bump(uint256 id, Lot lot) internal pure returns (Lot) {
        if (lot.version() == type(uint16).max) revert ILots.VersionSpent(id);
        return lot.withVersion(lot.version() + 1);
    }

    /// @dev Redemption and acts of law are never stopped by a spent version.
    function _bumpUpToMax(Lot lot) internal pure returns (Lot) {
        return lot.version() == type(uint16).max ? lot : lot.withVersion(lot.version() + 1);
    }

    function _isLocked(Lot lot) internal view returns (bool) {
        return lot.lockParty() != 0 && block.timestamp <= lot.lockUntil();
    }

    /// @dev The lot without a lock; a lock that stands is an error, one that has run out is cleared.
    function _unlocked(uint256 id, Lot lot) internal returns (Lot) {
        if (_isLocked(lot)) revert ILots.LotIsLocked(id, lot.lockParty(), lot.lockUntil());
        return lot.lockParty() == 0 ? lot : _clearLock(id, lot);
    }

    function _clearLock(uint256 id, Lot lot) internal returns (Lot) {
        if (lot.flags() & (LOT_OFFERED | LOT_FINANCING) != 0) delete _consents[id];
        return lot.withLockParty(0).withLockUntil(0).withFlags(
            lot.flags() & ~(LOT_OFFERED | LOT_FINANCING | LOT_PLEDGED)
        );
    }

    /// @dev A lock names another active participant and ends before the record time.
    function _locked(uint256 id, Lot lot, uint32 party, uint32 until) internal returns (Lot) {
        (Payable debt, Rules rules) = _movable(id);
        if (lot.amount() == 0) revert ILots.AmountOutOfRange(id, 0, 0);
        lot = _unlocked(id, lot);
        if (party == lot.holder()) revert IRegistrar.BadArgument("party is the holder");
        _active(party);
        if (until <= block.timestamp) revert ILots.LockInPast(until);
        if (until >= _recordTime(debt, rules)) revert ILots.LockBeyondRecordTime(until, _recordTime(debt, rules));
        return _bump(id, lot).withLockParty(party).withLockUntil(until);
    }

    /// @dev Spends child `index` of a lot: the parent's word without the amount and the child's id, whose slot is empty.
    function _part(uint256 id, Lot lot, uint8 index, uint72 amount, Rules rules)
        internal
        view
        returns (Lot parent, uint256 child)
    {
        if (index >= rules.children()) revert ILots.ChildOutOfRange(index, rules.children());
        uint40 bit = uint40(1) << index;
        if (lot.children() & bit != 0) revert ILots.ChildSpent(id, index);
        if (lot.depth() >= rules.depth()) revert ILots.TooDeep(id, lot.depth());
        uint72 free = lot.amount() - (lot.flags() & LOT_FROZEN == 0 ? 0 : _frozen[id]);
        uint72 rest = lot.amount() - (amount > lot.amount() ? lot.amount() : amount);
        uint72 smallest = rules.smallestLot();
        if (amount == 0 || amount < smallest || amount > free || (rest != 0 && rest < smallest)) {
            revert ILots.AmountOutOfRange(id, amount, free);
        }
        child = Ids.child(id, index);
        if (Lot.unwrap(_lots[child]) != 0) revert ILots.ChildSpent(id, index);
        parent = lot.withAmount(rest).withChildren(lot.children() | bit);
    }

    /// @dev Once the money covers the debt it is no longer overdue, and the obligor may issue again.
    function _cured(uint256 id, Payable debt) internal returns (Payable) {
        if (debt.state() & PAYABLE_OVERDUE == 0 || debt.available() < debt.outstanding()) return debt;
        uint256 key = _limitKeyOf(debt);
        _limits[key] = _limits[key].withOverdue(_limits[key].overdue() - 1);
        emit ISettlement.OverdueCured(id);
        return debt.withState(debt.state() & ~PAYABLE_OVERDUE);
    }

    function _settled(Payable debt) internal pure returns (Payable) {
        return debt.outstanding() == 0
            ? debt.withState((debt.state() & ~PAYABLE_STATE_MASK) | PAYABLE_SETTLED)
            : debt;
    }
}
