// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import "./Base.t.sol";

contract AcceptTest is Base {
    uint8 private constant PAYEE_ROLES = ROLE_SUPPLIER | ROLE_FUNDER | ROLE_OBLIGOR;
    uint256 private _id;

    function setUp() public override {
        super.setUp();
        _id = _issue(FACE);
    }

    function _refused(bytes memory reason) private {
        vm.expectRevert(reason);
        _as(SUPPLIER);
        tally.accept(_id);
    }

    function testRefusesAnUnknownPayable(uint256 id) public {
        vm.assume(id != _id);
        vm.expectRevert(abi.encodeWithSelector(IPayables.UnknownPayable.selector, id));
        _as(SUPPLIER);
        tally.accept(id);
    }

    function testRefusesASecondAcceptance() public {
        _accept(_id);
        _refused(abi.encodeWithSelector(IPayables.WrongState.selector, _id, PAYABLE_ACTIVE));
    }

    function testRefusesAfterTheDueTime(uint32 late) public {
        uint32 due = _debt(_id).due;
        vm.warp(bound(late, due, type(uint32).max));
        _refused(abi.encodeWithSelector(IPayables.DueNotInFuture.selector, due));
    }

    function testRefusesAnUnknownKey() public {
        vm.expectRevert(abi.encodeWithSelector(IRegistrar.UnknownKey.selector, stranger));
        vm.prank(stranger);
        tally.accept(_id);
    }

    function testRefusesAnyoneButThePayee() public {
        uint32[4] memory others = [OBLIGOR, SECOND, FUNDER, AGENT];
        for (uint256 i = 0; i < others.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IPayables.NotPayee.selector, others[i], SUPPLIER));
            _as(others[i]);
            tally.accept(_id);
        }
    }

    function testRefusesASuspendedPayee() public {
        _suspend(SUPPLIER, ROLE_SUPPLIER);
        _refused(abi.encodeWithSelector(IRegistrar.ParticipantInactive.selector, SUPPLIER, STATUS_SUSPENDED));
    }

    function testRefusesAPayeeWhoseVerificationExpired() public {
        _expire(SUPPLIER, ROLE_SUPPLIER);
        _refused(abi.encodeWithSelector(IRegistrar.VerificationExpired.selector, SUPPLIER, START));
    }

    function testRefusesAPayeeThatLostItsRole() public {
        _setStatus(SUPPLIER, ROLE_AUDITOR, STATUS_ACTIVE, VERIFIED_UNTIL);
        _refused(abi.encodeWithSelector(IRegistrar.RoleMissing.selector, SUPPLIER, PAYEE_ROLES));
    }

    function testMakesThePromiseBindingAndChangesNothingElse(uint72 face, uint32 time) public {
        face = uint72(bound(face, SMALLEST, LIMIT - FACE));
        uint256 id = _issue(face);
        Debt memory before = _debt(id);
        (uint256 lot, uint256 limit) = (tally.lotWord(id << 96), tally.limitWord(OBLIGOR, CNY));
        vm.warp(bound(time, START, before.due - 1));
        vm.expectEmit(address(tally));
        emit IPayables.Accepted(id);
        _as(SUPPLIER);
        tally.accept(id);
        before.state = PAYABLE_ACTIVE;
        vm.assertEq(abi.encode(_debt(id)), abi.encode(before), "payable");
        vm.assertEq(tally.lotWord(id << 96), lot, "root lot");
        vm.assertEq(tally.limitWord(OBLIGOR, CNY), limit, "limit");
    }

    function testAnyKeyOfThePayeeMayAccept() public {
        (address key,) = makeAddrAndKey("second key");
        _asRegistrar();
        tally.setKey(key, SUPPLIER, START, KEY_UNTIL);
        vm.prank(key);
        tally.accept(_id);
        vm.assertEq(_debt(_id).state, PAYABLE_ACTIVE);
    }
}
