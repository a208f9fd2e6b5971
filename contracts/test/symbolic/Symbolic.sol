// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";
import {IBatches} from "../../src/interfaces/IBatches.sol";
import {IHoldings} from "../../src/interfaces/IHoldings.sol";
import {ILots} from "../../src/interfaces/ILots.sol";
import {IOffers} from "../../src/interfaces/IOffers.sol";
import {IPayables} from "../../src/interfaces/IPayables.sol";
import {IPayments} from "../../src/interfaces/IPayments.sol";
import {IRegistrar} from "../../src/interfaces/IRegistrar.sol";
import {ISettlement} from "../../src/interfaces/ISettlement.sol";
import {ITallystick} from "../../src/interfaces/ITallystick.sol";
import "../../src/interfaces/Types.sol";
import {Test} from "../Test.sol";

interface Svm {
    function createCalldata(string calldata contractName, bool includeViews) external pure returns (bytes memory);
    /// @dev Equal numbers mean that not one word was written between.
    function snapshotStorage(address account) external view returns (uint256);
    function createUint(uint256 bits, string calldata name) external pure returns (uint256);
}

/// @notice A deployed core as the compiler optimizes it, with one participant of every role; proofs put any words into its storage.
/// @dev Run by halmos through `scripts/prove`; Foundry passes these by, because their names begin with `check`. The long path of a
/// key's or a lot's history is not walked: a proof starts from any word at all, so from more states than a history can reach.
abstract contract Symbolic is Test {
    // The address halmos answers its own cheatcodes at.
    // forge-lint: disable-next-line(screaming-snake-case-const)
    Svm internal constant svm = Svm(address(uint160(uint256(keccak256("svm cheat code")))));

    uint256 internal constant PAYABLES = 3;
    uint256 internal constant LOTS = 4;
    uint32 internal constant START = 1_800_000_000;
    uint32 internal constant FOREVER = type(uint32).max;
    uint16 internal constant CNY = 156;
    uint16 internal constant PROFILE = CNY << 6;
    uint32 internal constant OBLIGOR = 1;
    uint32 internal constant HOLDER = 11;
    uint32 internal constant BYSTANDER = 12;
    uint32 internal constant AGENT = 31;
    address internal constant REGISTRAR = address(0x9000);
    /// @dev Any payable and its root lot.
    uint256 internal constant ID = 0x00ABCDEF0123456789ABCDEF0123456789ABCDEF01;
    uint256 internal constant ROOT = ID << 96;

    ITallystick internal tally;
    address internal manager;

    function setUp() public virtual {
        vm.warp(START);
        _deploy();
        _onboard(OBLIGOR, ROLE_OBLIGOR);
        _onboard(HOLDER, ROLE_SUPPLIER);
        _onboard(AGENT, ROLE_AGENT);
        _onboard(BYSTANDER, type(uint8).max);
        vm.prank(REGISTRAR);
        tally.setProfile(PROFILE, _rules());
        vm.prank(REGISTRAR);
        tally.setLimit(OBLIGOR, CNY, type(uint72).max, AGENT);
    }

    function _deploy() private {
        manager = _create("AccessManager.sol:AccessManager", abi.encode(address(this)));
        address extension = _create("Reads.sol:Reads", abi.encode(manager));
        extension = _create("Registrar.sol:Registrar", abi.encode(manager, extension));
        extension = _create("Holdings.sol:Holdings", abi.encode(manager, extension));
        extension = _create("Settlement.sol:Settlement", abi.encode(manager, extension));
        tally = ITallystick(_create("Tallystick.sol:Tallystick", abi.encode(manager, extension)));
        AccessManager(manager).setTargetFunctionRole(address(tally), _restricted(), 1);
        AccessManager(manager).grantRole(1, REGISTRAR, 0);
    }

    function _create(string memory what, bytes memory arguments) private returns (address made) {
        bytes memory code = abi.encodePacked(vm.getCode(what), arguments);
        assembly ("memory-safe") {
            made := create(0, add(code, 0x20), mload(code))
        }
        assert(made != address(0));
    }

    function _restricted() internal pure returns (bytes4[] memory selectors) {
        selectors = new bytes4[](11);
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
        selectors[10] = IRegistrar.anchor.selector;
    }

    function _onboard(uint32 participant, uint8 roles) private {
        vm.prank(REGISTRAR);
        tally.setParticipant(participant, roles, STATUS_ACTIVE, FOREVER, _key(participant), 0);
        vm.prank(REGISTRAR);
        tally.setKey(_key(participant), participant, START, FOREVER);
    }

    function _key(uint32 participant) internal pure returns (address) {
        return address(uint160(0x1000) + participant);
    }

    function _rules() internal pure returns (Profile memory) {
        return Profile({
            from: START,
            until: FOREVER,
            tenor: 365 days,
            hops: 6,
            depth: 8,
            children: 40,
            recordLead: 0,
            redeemDelay: 0,
            grace: 3 days,
            reopenPeriod: 10 days,
            smallestLot: 100
        });
    }

    /* WORDS */

    function _slot(uint256 key, uint256 base) internal pure returns (bytes32) {
        return keccak256(abi.encode(key, base));
    }

    /// @dev Any word of an accepted debt of OBLIGOR: due, flags, amounts, sequence and round as they may be.
    function _anyDebt(uint256 word) internal returns (uint256) {
        word = (word & ~uint256(type(uint48).max)) | OBLIGOR | (uint256(PROFILE) << 32);
        word = (word & ~(uint256(PAYABLE_STATE_MASK) << 80)) | (uint256(PAYABLE_ACTIVE) << 80);
        vm.store(address(tally), _slot(ID, PAYABLES), bytes32(word));
        return word;
    }

    function _putLot(uint256 lot, uint256 word) internal {
        vm.store(address(tally), _slot(lot, LOTS), bytes32(word));
    }

    function _amount(uint256 lotWord) internal pure returns (uint256) {
        return uint72(lotWord >> 32);
    }

    function _outstanding(uint256 debt) internal pure returns (uint256) {
        return uint72(debt >> 88);
    }

    function _available(uint256 debt) internal pure returns (uint256) {
        return uint72(debt >> 160);
    }
}
