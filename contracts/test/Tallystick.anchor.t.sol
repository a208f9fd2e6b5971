// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import "./Base.t.sol";

contract AnchorTest is Base {
    function testRefusesAnyoneButTheRegistrar(address caller) public {
        vm.assume(caller != registrar);
        _expectUnauthorized(caller);
        vm.prank(caller);
        tally.anchor(1, 1, RECEIPT);
    }

    function testStatesAHeadInAnEvent(uint8 kind, uint64 sequence, bytes32 head) public {
        vm.expectEmit(address(tally));
        emit IRegistrar.Anchored(kind, sequence, head);
        _asRegistrar();
        tally.anchor(kind, sequence, head);
    }
}
