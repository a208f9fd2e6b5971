// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {IERC5267} from "@openzeppelin/contracts/interfaces/IERC5267.sol";
import {IERC721Metadata} from "@openzeppelin/contracts/token/ERC721/extensions/IERC721Metadata.sol";
import {IStandards} from "../src/interfaces/IStandards.sol";
import "./Base.t.sol";

/// @notice Reads by published standards, and the plain transfers that are refused.
contract StandardsTest is Base {
    function testSupportsInterface() public view {
        vm.assertTrue(tally.supportsInterface(type(IERC165).interfaceId), "ERC-165");
        vm.assertTrue(tally.supportsInterface(type(IERC721Metadata).interfaceId), "ERC-721 metadata");
        vm.assertTrue(tally.supportsInterface(IERC5267.eip712Domain.selector), "ERC-5267");
        vm.assertFalse(tally.supportsInterface(0xffffffff), "the invalid id");
    }

    function testClaimsNoOtherInterface(bytes4 id) public view {
        vm.assume(id != type(IERC165).interfaceId && id != type(IERC721Metadata).interfaceId);
        vm.assume(id != IERC5267.eip712Domain.selector);
        vm.assertFalse(tally.supportsInterface(id));
    }

    function testNameSymbolAndDecimals() public view {
        vm.assertEq(tally.name(), "Tallystick");
        vm.assertEq(tally.symbol(), "TALLY");
        vm.assertEq(tally.valueDecimals(), 0);
    }

    function testDomainIsThatOfTheCoreAndNotOfAnExtension() public view {
        (bytes1 fields, string memory name, string memory version, uint256 chain, address verifier, bytes32 salt,) =
            IERC5267(address(tally)).eip712Domain();
        vm.assertEq(uint8(fields), 0x0f, "fields");
        vm.assertEq(name, "Tallystick", "name");
        vm.assertEq(version, "1", "version");
        vm.assertEq(chain, block.chainid, "chain");
        vm.assertEq(verifier, address(tally), "contract");
        vm.assertEq(salt, 0, "salt");
    }

    function testOwnerBalanceAndSlotOfALot(uint72 amount) public {
        amount = uint72(bound(amount, SMALLEST, FACE - SMALLEST));
        (uint256 id, uint256 root) = _issueAccepted(FACE);
        uint256 lot = _passPart(root, 7, amount, SECOND);
        vm.assertEq(tally.ownerOf(lot), keyOf[SECOND], "owner");
        vm.assertEq(tally.balanceOf(lot), amount, "balance");
        vm.assertEq(tally.slotOf(lot), id, "slot");
        vm.assertEq(tally.balanceOf(root), FACE - amount, "rest");
    }

    function testOwnerIsTheAccountOfTheParticipantNotAKey() public {
        (, uint256 root) = _issueAccepted(FACE);
        _asRegistrar();
        tally.setParticipant(SUPPLIER, ROLE_SUPPLIER, STATUS_ACTIVE, VERIFIED_UNTIL, stranger, 0);
        vm.assertEq(tally.ownerOf(root), stranger);
    }

    function testRefusesReadsOfAnUnknownLot(uint256 lot) public {
        bytes memory reason = abi.encodeWithSelector(ILots.UnknownLot.selector, lot);
        vm.expectRevert(reason);
        tally.ownerOf(lot);
        vm.expectRevert(reason);
        tally.balanceOf(lot);
        vm.expectRevert(reason);
        tally.slotOf(lot);
        vm.expectRevert(reason);
        tally.tokenURI(lot);
    }

    function testRefusesTheUriOfAnUnknownPayable(uint256 id) public {
        vm.expectRevert(abi.encodeWithSelector(IPayables.UnknownPayable.selector, id));
        tally.slotURI(id);
    }

    function testAnEndedLotHasNoOwnerAndNoBalanceButKeepsItsSlot() public {
        (uint256 id, uint256 root) = _issueAccepted(FACE);
        _pay(id, FACE);
        _toRedemption(id);
        _redeem(root);
        bytes memory reason = abi.encodeWithSelector(ILots.LotEnded.selector, root);
        vm.expectRevert(reason);
        tally.ownerOf(root);
        vm.expectRevert(reason);
        tally.balanceOf(root);
        vm.assertEq(tally.slotOf(root), id, "slot");
    }

    function testUrisCarryTheDataThemselves() public {
        (uint256 id, uint256 root) = _issueAccepted(FACE);
        _passWhole(root, SECOND);
        string memory name = _hex(root, 32);
        string memory uri = string.concat('data:application/json,{"name":"Lot ', name, '","amount":"1000000","hops":1}');
        vm.assertEq(tally.tokenURI(root), uri, "lot");
        uri = string.concat(
            'data:application/json,{"name":"Payable ', _hex(id, 20), '","currency":156,"due":1807776000}'
        );
        vm.assertEq(tally.slotURI(id), uri, "payable");
    }

    function _hex(uint256 value, uint256 size) private pure returns (string memory) {
        bytes16 digits = "0123456789abcdef";
        bytes memory text = new bytes(2 + 2 * size);
        (text[0], text[1]) = ("0", "x");
        for (uint256 i = 0; i < 2 * size; ++i) {
            text[text.length - 1 - i] = digits[(value >> (4 * i)) & 0xf];
        }
        return string(text);
    }

    function testRefusesPlainTransfersBecauseAcceptanceIsMandatory(address from, address to, uint256 lot) public {
        bytes memory reason = abi.encodeWithSelector(IStandards.UseAcceptOffer.selector);
        vm.expectRevert(reason);
        tally.transferFrom(from, to, lot);
        vm.expectRevert(reason);
        tally.safeTransferFrom(from, to, lot);
        vm.expectRevert(reason);
        tally.approve(to, lot);
    }
}
