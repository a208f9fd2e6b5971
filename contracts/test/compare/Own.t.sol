// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import "../Base.t.sol";

/// @notice The acts of Others.t.sol with this contract. Every transfer is offered and accepted, each part is a lot with a path to the root.
contract OwnTest is Base {
    function _measured(string memory name) private {
        vm.snapshotGasLastCall("Compare", name);
    }

    function testTallystick() public {
        uint256 id = _issue(FACE);
        _measured("Tallystick, create");
        _accept(id);
        uint256 root = tally.rootOf(id);
        Offer memory offer = _offer(root, 0, FACE / 4, SECOND);
        _submit(offer, _sign(offer, secretOf[SUPPLIER]));
        _measured("Tallystick, split to a new holder");
        offer = _offer(root, 1, FACE / 4, SECOND);
        _submit(offer, _sign(offer, secretOf[SUPPLIER]));
        _measured("Tallystick, part to an existing holder");
        offer = _offer(root, WHOLE, FACE / 2, THIRD);
        _submit(offer, _sign(offer, secretOf[SUPPLIER]));
        _measured("Tallystick, whole");
        _as(THIRD);
        tally.lock(root, FUNDER, START + 1 days);
        _measured("Tallystick, lock by the holder");
        uint256 lot = tally.childOf(root, 1);
        _asRegistrar();
        tally.freeze(lot, FACE / 8, BASIS);
        _measured("Tallystick, lock part");
        _asRegistrar();
        tally.freeze(lot, 0, BASIS);
        _pay(id, FACE);
        _toRedemption(id);
        _as(AGENT);
        tally.redeem(lot, RECEIPT);
        _measured("Tallystick, burn");
    }
}
