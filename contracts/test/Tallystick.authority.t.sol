// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";
import "./Base.t.sol";
import {Delegating} from "../src/Delegating.sol";

/// @notice Administration goes through the AccessManager, with its delays, although the extensions run by delegatecall.
contract AuthorityTest is Base {
    uint32 private constant WAIT = 2 days;
    address private _delayed = makeAddr("registrar with a delay");

    function setUp() public override {
        super.setUp();
        manager.grantRole(REGISTRAR_ROLE, _delayed, WAIT);
    }

    function testNamesTheAccessManager() public view {
        vm.assertEq(IAccessManaged(address(tally)).authority(), address(manager));
    }

    function testOnlyTheAccessManagerMayNameItsSuccessor(address caller) public {
        vm.assume(caller != address(manager));
        _expectUnauthorized(caller);
        vm.prank(caller);
        IAccessManaged(address(tally)).setAuthority(stranger);
    }

    function testRefusesADelayedRegistrarThatDidNotSchedule() public {
        bytes memory call = abi.encodeCall(IRegistrar.pauseProfile, (PROFILE, true));
        bytes32 operation = manager.hashOperation(_delayed, address(tally), call);
        vm.expectRevert(abi.encodeWithSelector(IAccessManager.AccessManagerNotScheduled.selector, operation));
        vm.prank(_delayed);
        tally.pauseProfile(PROFILE, true);
    }

    function testRefusesADelayedRegistrarBeforeTheDelayIsOver(uint32 early) public {
        bytes memory call = abi.encodeCall(IRegistrar.pauseProfile, (PROFILE, true));
        vm.prank(_delayed);
        (bytes32 operation,) = manager.schedule(address(tally), call, 0);
        vm.warp(bound(early, START, START + WAIT - 1));
        vm.expectRevert(abi.encodeWithSelector(IAccessManager.AccessManagerNotReady.selector, operation));
        vm.prank(_delayed);
        tally.pauseProfile(PROFILE, true);
    }

    function testADelayedRegistrarActsOnceAfterTheDelay() public {
        bytes memory call = abi.encodeCall(IRegistrar.pauseProfile, (PROFILE, true));
        vm.prank(_delayed);
        (bytes32 operation,) = manager.schedule(address(tally), call, 0);
        vm.warp(START + WAIT);
        vm.prank(_delayed);
        tally.pauseProfile(PROFILE, true);
        (, bool paused) = tally.profileOf(PROFILE);
        vm.assertTrue(paused);
        vm.expectRevert(abi.encodeWithSelector(IAccessManager.AccessManagerNotScheduled.selector, operation));
        vm.prank(_delayed);
        tally.pauseProfile(PROFILE, true);
    }

    function testAScheduledForcedTransferMayBeCancelledInItsDelay() public {
        (, uint256 lot) = _issueAccepted(FACE);
        bytes memory call = abi.encodeCall(IHoldings.forceTransfer, (lot, WHOLE, FACE, THIRD, BASIS));
        vm.prank(_delayed);
        (bytes32 operation,) = manager.schedule(address(tally), call, 0);
        manager.cancel(_delayed, address(tally), call);
        vm.warp(START + WAIT);
        vm.expectRevert(abi.encodeWithSelector(IAccessManager.AccessManagerNotScheduled.selector, operation));
        vm.prank(_delayed);
        tally.forceTransfer(lot, WHOLE, FACE, THIRD, BASIS);
    }

    function testRefusesAnExtensionWithoutCode() public {
        bytes memory code = abi.encodePacked(vm.getCode("Tallystick.sol:Tallystick"), abi.encode(manager, stranger));
        address made;
        bytes memory reason = new bytes(36);
        assembly {
            made := create(0, add(code, 32), mload(code))
            returndatacopy(add(reason, 32), 0, 36)
        }
        vm.assertEq(made, address(0));
        vm.assertEq(keccak256(reason), keccak256(abi.encodeWithSelector(Delegating.NoExtension.selector, stranger)));
    }

    /// @dev Calls that reach an extension directly find empty storage, so they change nothing here.
    function testAnExtensionCalledDirectlyKnowsNobody() public {
        address reads = vm.deployCode("Reads.sol:Reads", abi.encode(manager));
        IRegistrar extension = IRegistrar(vm.deployCode("Registrar.sol:Registrar", abi.encode(manager, reads)));
        vm.expectRevert(abi.encodeWithSelector(IRegistrar.UnknownKey.selector, keyOf[SUPPLIER]));
        _as(SUPPLIER);
        extension.revokeOffers();
        vm.assertEq(_epoch(SUPPLIER), 0);
    }

    function testRefusesACallThatNobodyAnswers(bytes4 selector, bytes32 argument) public {
        bytes memory call = abi.encodePacked(selector, argument);
        (bool known,) = address(tally).staticcall(abi.encodePacked(selector));
        vm.assume(!known);
        vm.assume(selector != bytes4(0));
        vm.prank(stranger);
        (bool done,) = address(tally).call(call);
        vm.assertFalse(done);
    }

    function testRefusesEther() public {
        (bool done,) = address(tally).call{value: 1}("");
        vm.assertFalse(done);
    }
}
