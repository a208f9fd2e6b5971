// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import "./Base.t.sol";

contract SetParticipantTest is Base {
    function testRefusesAnyoneButTheRegistrar(address caller) public {
        vm.assume(caller != registrar);
        _expectUnauthorized(caller);
        vm.prank(caller);
        tally.setParticipant(SUPPLIER, ROLE_SUPPLIER, STATUS_ACTIVE, VERIFIED_UNTIL, caller, 0);
    }

    function testRefusesNumberZero() public {
        vm.expectRevert(abi.encodeWithSelector(IRegistrar.BadArgument.selector, "participant"));
        _asRegistrar();
        tally.setParticipant(0, ROLE_SUPPLIER, STATUS_ACTIVE, VERIFIED_UNTIL, stranger, 0);
    }

    function testRefusesAnUnknownStatus(uint8 status) public {
        vm.assume(status != STATUS_ACTIVE && status != STATUS_SUSPENDED);
        vm.expectRevert(abi.encodeWithSelector(IRegistrar.BadArgument.selector, "status"));
        _asRegistrar();
        tally.setParticipant(40, ROLE_SUPPLIER, status, VERIFIED_UNTIL, stranger, 0);
    }

    function testWritesTheWordAndTheDossier(
        uint32 participant,
        uint8 roles,
        bool active,
        uint32 verifiedUntil,
        address account,
        bytes32 dossier
    ) public {
        participant = uint32(bound(participant, 100, type(uint32).max));
        uint8 status = active ? STATUS_ACTIVE : STATUS_SUSPENDED;
        vm.expectEmit(address(tally));
        emit IRegistrar.ParticipantSet(participant, roles, status, verifiedUntil, account, dossier);
        _asRegistrar();
        tally.setParticipant(participant, roles, status, verifiedUntil, account, dossier);
        uint256 word = uint256(roles) | (uint256(status) << 8) | (uint256(verifiedUntil) << 16)
            | (uint256(uint160(account)) << 80);
        vm.assertEq(tally.participantWord(participant), word, "word");
        vm.assertEq(tally.dossierOf(participant), dossier, "dossier");
    }

    function testKeepsTheEpoch(uint8 raises) public {
        uint256 times = bound(raises, 1, 5);
        for (uint256 i = 0; i < times; ++i) {
            _as(SUPPLIER);
            tally.revokeOffers();
        }
        _suspend(SUPPLIER, ROLE_SUPPLIER);
        _setStatus(SUPPLIER, ROLE_SUPPLIER, STATUS_ACTIVE, VERIFIED_UNTIL);
        vm.assertEq(_epoch(SUPPLIER), times);
    }

    function testKeepsTheKeysOfASuspendedParticipantForItsReturn() public {
        uint256 id = _issue(FACE);
        _suspend(SUPPLIER, ROLE_SUPPLIER);
        _setStatus(SUPPLIER, ROLE_SUPPLIER, STATUS_ACTIVE, VERIFIED_UNTIL);
        _accept(id);
        vm.assertEq(_debt(id).state, PAYABLE_ACTIVE);
    }
}
