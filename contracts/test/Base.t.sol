// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IBatches} from "../src/interfaces/IBatches.sol";
import {IHoldings} from "../src/interfaces/IHoldings.sol";
import {ILots} from "../src/interfaces/ILots.sol";
import {IOffers} from "../src/interfaces/IOffers.sol";
import {IPayables} from "../src/interfaces/IPayables.sol";
import {IPayments} from "../src/interfaces/IPayments.sol";
import {IRegistrar} from "../src/interfaces/IRegistrar.sol";
import {ISettlement} from "../src/interfaces/ISettlement.sol";
import {ITallystick} from "../src/interfaces/ITallystick.sol";
import "../src/interfaces/Types.sol";
import {Test} from "./Test.sol";

/// @notice A deployed core with participants, one CNY profile and limits; builders and acts that tests put together.
/// @dev Words are decoded here by the documented offsets, not by the contracts' own library.
abstract contract Base is Test {
    uint64 internal constant REGISTRAR_ROLE = 1;
    uint32 internal constant OBLIGOR = 1;
    uint32 internal constant OTHER_OBLIGOR = 2;
    uint32 internal constant SUPPLIER = 11;
    uint32 internal constant SECOND = 12;
    uint32 internal constant THIRD = 13;
    uint32 internal constant FUNDER = 21;
    uint32 internal constant OTHER_FUNDER = 22;
    uint32 internal constant AGENT = 31;
    uint32 internal constant OTHER_AGENT = 32;
    uint32 internal constant NOBODY = 999;

    uint16 internal constant CNY = 156;
    /// @dev Variant 0 in CNY.
    uint16 internal constant PROFILE = CNY << 6;
    uint32 internal constant START = 1_800_000_000;
    uint32 internal constant VERIFIED_UNTIL = START + 2000 days;
    uint32 internal constant KEY_UNTIL = START + 2000 days;
    uint32 internal constant TENOR = 365 days;
    uint32 internal constant LEAD = 2 days;
    uint32 internal constant DELAY = 1 days;
    uint32 internal constant GRACE = 3 days;
    uint32 internal constant REOPEN = 10 days;
    uint8 internal constant HOPS = 6;
    uint8 internal constant DEPTH = 8;
    uint8 internal constant CHILDREN = 40;
    uint72 internal constant SMALLEST = 100;
    uint72 internal constant LIMIT = 1e15;
    uint72 internal constant FACE = 1_000_000;
    /// @dev Storage slot of the mapping of lots.
    uint256 internal constant LOTS_SLOT = 4;
    bytes32 internal constant RECEIPT = keccak256("receipt");
    bytes32 internal constant BASIS = keccak256("legal basis");
    bytes32 internal constant DOCUMENTS = keccak256("trade documents");

    struct Debt {
        uint32 obligor;
        uint16 profile;
        uint32 due;
        uint8 state;
        uint72 outstanding;
        uint72 available;
        uint16 sequence;
        uint8 round;
    }

    struct Holding {
        uint32 holder;
        uint72 amount;
        uint8 hops;
        uint8 depth;
        uint16 version;
        uint8 flags;
        uint8 round;
        uint32 lockParty;
        uint32 lockUntil;
        uint40 children;
    }

    struct Credit {
        uint72 limit;
        uint72 used;
        uint32 agent;
        uint16 overdue;
    }

    AccessManager internal manager;
    ITallystick internal tally;
    address internal registrar = makeAddr("registrar");
    address internal stranger = makeAddr("stranger");
    mapping(uint32 participant => address) internal keyOf;
    mapping(uint32 participant => uint256) internal secretOf;
    uint256 private _counter;

    function setUp() public virtual {
        vm.warp(START);
        _deploy();
        _onboard(OBLIGOR, ROLE_OBLIGOR, "obligor");
        _onboard(OTHER_OBLIGOR, ROLE_OBLIGOR, "other obligor");
        _onboard(SUPPLIER, ROLE_SUPPLIER, "supplier");
        _onboard(SECOND, ROLE_SUPPLIER, "second tier");
        _onboard(THIRD, ROLE_SUPPLIER, "third tier");
        _onboard(FUNDER, ROLE_FUNDER, "funder");
        _onboard(OTHER_FUNDER, ROLE_FUNDER, "other funder");
        _onboard(AGENT, ROLE_AGENT, "agent");
        _onboard(OTHER_AGENT, ROLE_AGENT, "other agent");
        vm.startPrank(registrar);
        tally.setProfile(PROFILE, _rules());
        tally.setLimit(OBLIGOR, CNY, LIMIT, AGENT);
        tally.setLimit(OTHER_OBLIGOR, CNY, LIMIT, OTHER_AGENT);
        vm.stopPrank();
    }

    /* DEPLOYMENT */

    function _deploy() internal {
        manager = new AccessManager(address(this));
        address extension = vm.deployCode("Reads.sol:Reads", abi.encode(manager));
        extension = vm.deployCode("Registrar.sol:Registrar", abi.encode(manager, extension));
        extension = vm.deployCode("Holdings.sol:Holdings", abi.encode(manager, extension));
        extension = vm.deployCode("Settlement.sol:Settlement", abi.encode(manager, extension));
        tally = ITallystick(vm.deployCode("Tallystick.sol:Tallystick", abi.encode(manager, extension)));
        manager.setTargetFunctionRole(address(tally), _restricted(), REGISTRAR_ROLE);
        manager.grantRole(REGISTRAR_ROLE, registrar, 0);
    }

    function _restricted() internal pure returns (bytes4[] memory selectors) {
        selectors = new bytes4[](10);
        selectors[0] = IRegistrar.setParticipant.selector;
        selectors[1] = IRegistrar.setKey.selector;
        selectors[2] = IRegistrar.setProfile.selector;
        selectors[3] = IRegistrar.pauseProfile.selector;
        selectors[4] = IRegistrar.setLimit.selector;
        selectors[5] = IHoldings.freeze.selector;
        selectors[6] = IHoldings.forceTransfer.selector;
        selectors[7] = IRegistrar.suspendRedemption.selector;
        selectors[8] = ISettlement.reversePayment.selector;
        selectors[9] = ISettlement.reopen.selector;
        return _with(selectors, IRegistrar.anchor.selector);
    }

    function _with(bytes4[] memory some, bytes4 another) private pure returns (bytes4[] memory all) {
        all = new bytes4[](some.length + 1);
        for (uint256 i = 0; i < some.length; ++i) {
            all[i] = some[i];
        }
        all[some.length] = another;
    }

    function _onboard(uint32 participant, uint8 roles, string memory name) internal {
        (keyOf[participant], secretOf[participant]) = makeAddrAndKey(name);
        vm.startPrank(registrar);
        tally.setParticipant(
            participant, roles, STATUS_ACTIVE, VERIFIED_UNTIL, keyOf[participant], keccak256(bytes(name))
        );
        tally.setKey(keyOf[participant], participant, START, KEY_UNTIL);
        vm.stopPrank();
    }

    function _rules() internal pure returns (Profile memory) {
        return Profile({
            from: START - 1 days,
            until: START + 1000 days,
            tenor: TENOR,
            hops: HOPS,
            depth: DEPTH,
            children: CHILDREN,
            recordLead: uint24(LEAD),
            redeemDelay: uint24(DELAY),
            grace: uint24(GRACE),
            reopenPeriod: uint24(REOPEN),
            smallestLot: uint40(SMALLEST)
        });
    }

    /* WHO ACTS */

    /// @dev Never `block.timestamp` in a test: the compiler takes it for constant within a call and moves it across warps.
    function _now() internal view returns (uint32) {
        return uint32(vm.getBlockTimestamp());
    }

    function _as(uint32 participant) internal {
        vm.prank(keyOf[participant]);
    }

    function _asRegistrar() internal {
        vm.prank(registrar);
    }

    function _setStatus(uint32 participant, uint8 roles, uint8 status, uint32 verifiedUntil) internal {
        _asRegistrar();
        tally.setParticipant(participant, roles, status, verifiedUntil, keyOf[participant], 0);
    }

    function _suspend(uint32 participant, uint8 roles) internal {
        _setStatus(participant, roles, STATUS_SUSPENDED, VERIFIED_UNTIL);
    }

    function _expire(uint32 participant, uint8 roles) internal {
        _setStatus(participant, roles, STATUS_ACTIVE, _now());
    }

    /// @dev The error of leg `index` of a list that was refused for `reason`.
    function _legFailed(uint256 index, bytes memory reason) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IBatches.LegFailed.selector, index, reason);
    }

    function _expectUnauthorized(address caller) internal {
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, caller));
    }

    /* PAYABLES */

    /// @dev A debt of OBLIGOR to SUPPLIER due in 90 days; the salt is fresh at every call.
    function _terms(uint72 face) internal returns (Terms memory) {
        return Terms({
            obligor: OBLIGOR,
            payee: SUPPLIER,
            profile: PROFILE,
            due: _now() + 90 days,
            face: face,
            terms: keccak256("terms"),
            salt: keccak256(abi.encode("salt", ++_counter))
        });
    }

    /// @dev One fresh invoice of exactly `face`.
    function _portions(uint72 face) internal returns (Portion[] memory) {
        return _portions(face, 1);
    }

    /// @dev `count` fresh invoices, sorted, each used whole, that sum to `face`.
    function _portions(uint72 face, uint256 count) internal returns (Portion[] memory portions) {
        portions = new Portion[](count);
        uint256 start = uint256(keccak256(abi.encode("invoice", ++_counter))) >> 1;
        uint72 each = uint72(face / count);
        for (uint256 i = 0; i < count; ++i) {
            uint72 amount = i == count - 1 ? uint72(face - each * i) : each;
            portions[i] = Portion({fingerprint: bytes32(start + i), amount: amount, total: amount});
        }
    }

    function _issue(uint72 face) internal returns (uint256 id) {
        return _issue(_terms(face), _portions(face));
    }

    function _issue(Terms memory terms, Portion[] memory portions) internal returns (uint256 id) {
        _as(terms.obligor);
        return tally.issue(terms, portions);
    }

    /// @dev An accepted payable and its root lot.
    function _issueAccepted(uint72 face) internal returns (uint256 id, uint256 lot) {
        id = _issue(face);
        _accept(id);
        lot = tally.rootOf(id);
    }

    /// @dev The payee accepts a payable.
    function _accept(uint256 id) internal {
        _as(_lot(tally.rootOf(id)).holder);
        tally.accept(id);
    }

    /* OFFERS */

    /// @dev What the holder would offer now: a sale without recourse, good for a day.
    function _offer(uint256 lot, uint8 child, uint72 amount, uint32 to) internal view returns (Offer memory) {
        Holding memory holding = _lot(lot);
        return Offer({
            lot: lot,
            version: holding.version,
            child: child,
            amount: amount,
            recipient: to,
            kind: OFFER_SALE,
            documents: DOCUMENTS,
            deadline: _now() + 1 days,
            epoch: _epoch(holding.holder)
        });
    }

    function _sign(Offer memory offer, uint256 secret) internal view returns (bytes memory) {
        return _signDigest(tally.offerHash(offer), secret);
    }

    /// @dev An offer's hash as EIP-712 says, without the domain.
    function _offerStruct(Offer memory offer) internal pure returns (bytes32) {
        bytes32 kind = keccak256(
            "Offer(uint256 lot,uint16 version,uint8 child,uint72 amount,uint32 recipient,uint8 kind,bytes32 documents,uint32 deadline,uint32 epoch)"
        );
        return keccak256(abi.encode(kind, offer));
    }

    /// @dev The EIP-712 signature over a struct hash, by a domain built here from the standard.
    function _signStruct(bytes32 structHash, uint256 secret) internal view returns (bytes memory) {
        return _signDigest(keccak256(abi.encodePacked("\x19\x01", _domain(address(tally)), structHash)), secret);
    }

    function _domain(address verifier) internal view returns (bytes32) {
        bytes32 kind = keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
        return keccak256(abi.encode(kind, keccak256("Tallystick"), keccak256("1"), block.chainid, verifier));
    }

    function _signDigest(bytes32 digest, uint256 secret) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(secret, digest);
        return abi.encodePacked(r, s, v);
    }

    /// @dev The holder signs, the recipient submits.
    function _accept(Offer memory offer) internal returns (uint256 lot) {
        return _submit(offer, _sign(offer, secretOf[_lot(offer.lot).holder]));
    }

    /// @dev The recipient submits; no other call is made, so that a revert may be expected.
    function _submit(Offer memory offer, bytes memory signature) internal returns (uint256 lot) {
        _as(offer.recipient);
        return tally.acceptOffer(offer, signature);
    }

    function _passPart(uint256 lot, uint8 child, uint72 amount, uint32 to) internal returns (uint256) {
        return _accept(_offer(lot, child, amount, to));
    }

    function _passWhole(uint256 lot, uint32 to) internal returns (uint256) {
        return _accept(_offer(lot, WHOLE, _lot(lot).amount, to));
    }

    /* LOCKS AND FINANCING */

    function _lockFor(uint256 lot, uint32 party, uint32 until) internal {
        _as(_lot(lot).holder);
        tally.lock(lot, party, until);
    }

    function _financing(uint8 kind, bool recourse) internal view returns (Financing memory) {
        return Financing({
            funder: FUNDER, until: _now() + 2 days, kind: kind, recourse: recourse, commitment: keccak256("financing")
        });
    }

    function _lockForFinancing(uint256 lot, Financing memory financing) internal {
        _as(_lot(lot).holder);
        tally.lockForFinancing(lot, financing);
    }

    function _finance(uint256 lot, Financing memory financing) internal {
        _lockForFinancing(lot, financing);
        _as(financing.funder);
        tally.finance(lot, financing, RECEIPT);
    }

    function _pledge(uint256 lot) internal {
        _finance(lot, _financing(FINANCE_PLEDGE, true));
    }

    function _freeze(uint256 lot, uint72 amount) internal {
        _asRegistrar();
        tally.freeze(lot, amount, BASIS);
    }

    /* TIME AND MONEY */

    function _recordTime(uint256 id) internal view returns (uint32) {
        return _debt(id).due - LEAD;
    }

    function _redemptionTime(uint256 id) internal view returns (uint32) {
        return _recordTime(id) + DELAY;
    }

    /// @dev The first second at which lots no longer change hands.
    function _toRecordTime(uint256 id) internal {
        vm.warp(_recordTime(id));
    }

    /// @dev The first second at which redemption is open.
    function _toRedemption(uint256 id) internal {
        vm.warp(_redemptionTime(id));
    }

    /// @dev The first second at which the payable may be marked overdue.
    function _toOverdue(uint256 id) internal {
        vm.warp(uint256(_debt(id).due) + GRACE + 1);
    }

    /// @dev The obligor's agent records the next payment.
    function _pay(uint256 id, uint72 amount) internal {
        Debt memory debt = _debt(id);
        _as(_credit(debt.obligor).agent);
        tally.recordPayment(id, debt.sequence + 1, amount, RECEIPT);
    }

    function _redeem(uint256 lot) internal {
        _as(_credit(_debt(lot >> 96).obligor).agent);
        tally.redeem(lot, RECEIPT);
    }

    /* WORDS, decoded by the documented offsets */

    function _debt(uint256 id) internal view returns (Debt memory) {
        uint256 word = tally.payableWord(id);
        return Debt({
            obligor: uint32(word),
            profile: uint16(word >> 32),
            due: uint32(word >> 48),
            state: uint8(word >> 80),
            outstanding: uint72(word >> 88),
            available: uint72(word >> 160),
            sequence: uint16(word >> 232),
            round: uint8(word >> 248)
        });
    }

    function _lot(uint256 lot) internal view returns (Holding memory) {
        uint256 word = tally.lotWord(lot);
        return Holding({
            holder: uint32(word),
            amount: uint72(word >> 32),
            hops: uint8(word >> 104),
            depth: uint8(word >> 112),
            version: uint16(word >> 120),
            flags: uint8(word >> 136),
            round: uint8(word >> 144),
            lockParty: uint32(word >> 152),
            lockUntil: uint32(word >> 184),
            children: uint40(word >> 216)
        });
    }

    function _credit(uint32 obligor) internal view returns (Credit memory) {
        uint256 word = tally.limitWord(obligor, CNY);
        return Credit({
            limit: uint72(word), used: uint72(word >> 72), agent: uint32(word >> 144), overdue: uint16(word >> 176)
        });
    }

    function _epoch(uint32 participant) internal view returns (uint32) {
        return uint32(tally.participantWord(participant) >> 48);
    }

    /// @dev Occupied part of an invoice.
    function _occupied(uint32 obligor, bytes32 fingerprint) internal view returns (uint72) {
        return uint72(tally.invoiceWord(obligor, fingerprint));
    }

    /// @dev Writes the version of a lot straight into storage, to stand at its end without 65,535 calls.
    function _setVersion(uint256 lot, uint16 version) internal {
        uint256 word = tally.lotWord(lot);
        bytes32 slot = keccak256(abi.encode(lot, LOTS_SLOT));
        assert(uint256(vm.load(address(tally), slot)) == word);
        vm.store(
            address(tally), slot, bytes32((word & ~(uint256(type(uint16).max) << 120)) | (uint256(version) << 120))
        );
    }

    /* GAS */

    /// @dev Writes the gas of the last call, as a whole transaction, to the snapshot in git. Runs in isolate mode.
    function _gas(string memory name) internal returns (uint256) {
        return vm.snapshotGasLastCall("Tallystick", name);
    }
}
