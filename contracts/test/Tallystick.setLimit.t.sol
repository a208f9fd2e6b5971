// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import "./Base.t.sol";

contract SetLimitTest is Base {
    function _refused(bytes memory reason, uint32 obligor, uint32 agent) private {
        vm.expectRevert(reason);
        _asRegistrar();
        tally.setLimit(obligor, CNY, LIMIT, agent);
    }

    function testRefusesAnyoneButTheRegistrar(address caller) public {
        vm.assume(caller != registrar);
        _expectUnauthorized(caller);
        vm.prank(caller);
        tally.setLimit(OBLIGOR, CNY, LIMIT, AGENT);
    }

    function testRefusesAnUnknownObligor() public {
        _refused(abi.encodeWithSelector(IRegistrar.UnknownParticipant.selector, NOBODY), NOBODY, AGENT);
    }

    function testRefusesASuspendedObligor() public {
        _suspend(OBLIGOR, ROLE_OBLIGOR);
        bytes memory reason = abi.encodeWithSelector(IRegistrar.ParticipantInactive.selector, OBLIGOR, STATUS_SUSPENDED);
        _refused(reason, OBLIGOR, AGENT);
    }

    function testRefusesAParticipantThatIsNoObligor() public {
        _refused(abi.encodeWithSelector(IRegistrar.RoleMissing.selector, SUPPLIER, ROLE_OBLIGOR), SUPPLIER, AGENT);
    }

    function testRefusesAnUnknownAgent() public {
        _refused(abi.encodeWithSelector(IRegistrar.UnknownParticipant.selector, NOBODY), OBLIGOR, NOBODY);
    }

    function testRefusesASuspendedAgent() public {
        _suspend(AGENT, ROLE_AGENT);
        bytes memory reason = abi.encodeWithSelector(IRegistrar.ParticipantInactive.selector, AGENT, STATUS_SUSPENDED);
        _refused(reason, OBLIGOR, AGENT);
    }

    function testRefusesAParticipantThatIsNoAgent() public {
        _refused(abi.encodeWithSelector(IRegistrar.RoleMissing.selector, FUNDER, ROLE_AGENT), OBLIGOR, FUNDER);
    }

    function testRefusesAnObligorAsItsOwnAgent() public {
        _setStatus(OBLIGOR, ROLE_OBLIGOR | ROLE_AGENT, STATUS_ACTIVE, VERIFIED_UNTIL);
        _refused(abi.encodeWithSelector(IRegistrar.BadArgument.selector, "agent is the obligor"), OBLIGOR, OBLIGOR);
    }

    function testSetsLimitAndAgentAndKeepsUseAndOverdue(uint72 limit, uint72 face, bool otherAgent) public {
        face = uint72(bound(face, SMALLEST, LIMIT));
        (uint256 id,) = _issueAccepted(face);
        _toOverdue(id);
        tally.markOverdue(id);
        uint32 agent = otherAgent ? OTHER_AGENT : AGENT;
        vm.expectEmit(address(tally));
        emit IRegistrar.LimitSet(OBLIGOR, CNY, limit, agent);
        _asRegistrar();
        tally.setLimit(OBLIGOR, CNY, limit, agent);
        uint256 word = uint256(limit) | (uint256(face) << 72) | (uint256(agent) << 144) | (uint256(1) << 176);
        vm.assertEq(tally.limitWord(OBLIGOR, CNY), word);
    }

    function testTouchesNoOtherObligorAndNoOtherCurrency(uint16 currency, uint72 limit) public {
        vm.assume(currency != CNY);
        uint256 own = tally.limitWord(OBLIGOR, CNY);
        uint256 other = tally.limitWord(OTHER_OBLIGOR, CNY);
        _asRegistrar();
        tally.setLimit(OBLIGOR, currency, limit, AGENT);
        vm.assertEq(tally.limitWord(OBLIGOR, currency), uint256(limit) | (uint256(AGENT) << 144));
        vm.assertEq(tally.limitWord(OBLIGOR, CNY), own, "own");
        vm.assertEq(tally.limitWord(OTHER_OBLIGOR, CNY), other, "other");
    }

    function testALimitBelowItsUseStopsNewDebtsOnly(uint72 limit) public {
        limit = uint72(bound(limit, 0, FACE - 1));
        (uint256 id, uint256 lot) = _issueAccepted(FACE);
        _asRegistrar();
        tally.setLimit(OBLIGOR, CNY, limit, AGENT);
        vm.expectRevert(abi.encodeWithSelector(IPayables.LimitExceeded.selector, OBLIGOR, CNY, limit, FACE, SMALLEST));
        _issue(SMALLEST);
        _passWhole(lot, SECOND);
        _pay(id, FACE);
        vm.assertEq(_credit(OBLIGOR).used, 0);
    }

    function testANewAgentTakesOverOpenPayables() public {
        (uint256 id,) = _issueAccepted(FACE);
        _asRegistrar();
        tally.setLimit(OBLIGOR, CNY, LIMIT, OTHER_AGENT);
        vm.expectRevert(abi.encodeWithSelector(IPayments.NotPaymentAgent.selector, AGENT, OTHER_AGENT));
        _as(AGENT);
        tally.recordPayment(id, 1, FACE, RECEIPT);
        _pay(id, FACE);
        vm.assertEq(_debt(id).available, FACE);
    }
}
