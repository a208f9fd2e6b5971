// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Base64} from "@openzeppelin/contracts/utils/Base64.sol";
import {Strings} from "@openzeppelin/contracts/utils/Strings.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {IERC5267} from "@openzeppelin/contracts/interfaces/IERC5267.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {IERC721Metadata} from "@openzeppelin/contracts/token/ERC721/extensions/IERC721Metadata.sol";
import {IPayables} from "../src/interfaces/IPayables.sol";
import {ILots} from "../src/interfaces/ILots.sol";
import {IStandards} from "../src/interfaces/IStandards.sol";
import "./Base.t.sol";

/// @notice Reads by published standards, and the plain transfers that are refused.
contract StandardsTest is Base {
    function testSupportsInterface() public view {
        vm.assertTrue(tally.supportsInterface(type(IERC165).interfaceId), "ERC-165");
        vm.assertTrue(tally.supportsInterface(type(IERC721Metadata).interfaceId), "ERC-721 metadata");
        vm.assertTrue(
            tally.supportsInterface(IStandards.contractURI.selector ^ IStandards.slotURI.selector), "ERC-3525"
        );
        vm.assertTrue(tally.supportsInterface(IERC5267.eip712Domain.selector), "ERC-5267");
        vm.assertFalse(tally.supportsInterface(type(IERC721).interfaceId), "ERC-721");
        vm.assertFalse(tally.supportsInterface(0xffffffff), "the invalid id");
    }

    function testClaimsNoOtherInterface(bytes4 id) public view {
        vm.assume(id != type(IERC165).interfaceId && id != type(IERC721Metadata).interfaceId);
        vm.assume(id != IERC5267.eip712Domain.selector && id != 0xe1600902);
        vm.assertFalse(tally.supportsInterface(id));
    }

    /// @dev Through OpenZeppelin's interfaces.
    function testReadsByOpenZeppelinsInterfaces() public {
        (, uint256 root) = _issueAccepted(FACE);
        vm.assertEq(IERC721(address(tally)).ownerOf(root), keyOf[SUPPLIER], "owner");
        vm.assertEq(IERC721Metadata(address(tally)).tokenURI(root), tally.tokenURI(root), "URI");
        vm.expectRevert(IStandards.UseAcceptOffer.selector);
        IERC721(address(tally)).safeTransferFrom(keyOf[SUPPLIER], keyOf[SECOND], root);
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

    function testOwnerWithoutAnAccountIsItsFirstValidKey() public {
        (, uint256 root) = _issueAccepted(FACE);
        vm.startPrank(registrar);
        tally.setKey(stranger, SUPPLIER, START, KEY_UNTIL);
        tally.setParticipant(SUPPLIER, ROLE_SUPPLIER, STATUS_ACTIVE, VERIFIED_UNTIL, address(0), 0);
        vm.assertEq(tally.ownerOf(root), keyOf[SUPPLIER], "the first");
        tally.setKey(keyOf[SUPPLIER], SUPPLIER, START - 1, START);
        vm.assertEq(tally.ownerOf(root), stranger, "the next");
        tally.setKey(stranger, SUPPLIER, START + 1, KEY_UNTIL);
        vm.assertEq(tally.ownerOf(root), address(0), "none yet");
    }

    function testUrisCarryTheDataThemselves() public {
        (uint256 id, uint256 root) = _issueAccepted(FACE);
        _passWhole(root, SECOND);
        _lockFor(root, FUNDER, START + 1 days);
        string memory json = string.concat(
            '{"name":"Lot ',
            _hex(root, 32),
            '","description":"A holding of a confirmed payable. The balance is minor units of its currency.","balance":1000000,"slot":',
            Strings.toString(id),
            ',"properties":{"holder":12,"hops":1,"depth":0,"version":2,"flags":0,"lockUntil":1800086400}}'
        );
        vm.assertEq(tally.tokenURI(root), _uri(json), "lot");
        json = string.concat(
            '{"name":"Payable ',
            _hex(id, 20),
            '","description":"A confirmed payable. Amounts are minor units, times UTC seconds.","properties":[',
            _property("currency", "ISO 4217 number", 156),
            ",",
            _property("due", "when it is due", START + 90 days),
            ",",
            _property("outstanding", "what is still owed", FACE),
            ",",
            _property("available", "what is paid in and not yet paid out", 0),
            ",",
            _property("state", "state and its flags", PAYABLE_ACTIVE),
            "]}"
        );
        vm.assertEq(tally.slotURI(id), _uri(json), "payable");
        json =
            '{"name":"Tallystick","description":"Confirmed payables and the lots they are held in. Amounts are minor units.","valueDecimals":0}';
        vm.assertEq(tally.contractURI(), _uri(json), "contract");
    }

    function _uri(string memory json) private pure returns (string memory) {
        return string.concat("data:application/json;base64,", Base64.encode(bytes(json)));
    }

    function _property(string memory label, string memory description, uint256 value)
        private
        pure
        returns (string memory)
    {
        return string.concat(
            '{"name":"', label, '","description":"', description, '","value":', Strings.toString(value), "}"
        );
    }

    /* ERC-7943 */

    function testFrozenTokensAreTheHoldersAlone(uint72 amount) public {
        amount = uint72(bound(amount, 1, FACE));
        (, uint256 root) = _issueAccepted(FACE);
        _freeze(root, amount);
        vm.assertEq(tally.getFrozenTokens(keyOf[SUPPLIER], root), amount, "by key");
        vm.assertEq(tally.getFrozenTokens(keyOf[SECOND], root), 0, "of another");
        vm.assertEq(tally.getFrozenTokens(address(0), root), 0, "of nobody");
        _asRegistrar();
        tally.setParticipant(SUPPLIER, ROLE_SUPPLIER, STATUS_ACTIVE, VERIFIED_UNTIL, stranger, 0);
        vm.assertEq(tally.getFrozenTokens(stranger, root), amount, "by account");
        vm.assertEq(tally.getFrozenTokens(stranger, root + 1), 0, "of no lot");
        _asRegistrar();
        tally.setParticipant(SUPPLIER, ROLE_SUPPLIER, STATUS_ACTIVE, VERIFIED_UNTIL, address(0), 0);
        vm.assertEq(tally.getFrozenTokens(address(0), root), 0, "of nobody, though the holder has no account");
    }

    function testWhoMaySendAndReceive() public {
        _maySendAndReceive(keyOf[SUPPLIER], true, true);
        _maySendAndReceive(keyOf[OBLIGOR], true, true);
        _maySendAndReceive(keyOf[AGENT], true, false);
        _maySendAndReceive(stranger, false, false);
        _maySendAndReceive(address(0), false, false);
        _expire(SUPPLIER, ROLE_SUPPLIER);
        _maySendAndReceive(keyOf[SUPPLIER], true, false);
        _suspend(SUPPLIER, ROLE_SUPPLIER);
        _maySendAndReceive(keyOf[SUPPLIER], false, false);
        _as(FUNDER);
        tally.revokeKey(keyOf[FUNDER]);
        _maySendAndReceive(keyOf[FUNDER], false, false);
        _asRegistrar();
        tally.setKey(stranger, FUNDER, START + 1, KEY_UNTIL);
        _maySendAndReceive(stranger, false, false);
        vm.warp(START + 1);
        _maySendAndReceive(stranger, true, true);
    }

    function _maySendAndReceive(address account, bool send, bool receive_) private view {
        vm.assertEq(tally.canSend(account), send, "send");
        vm.assertEq(tally.canReceive(account), receive_, "receive");
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

    function testRefusesActsWithoutABasis(address from, address to, uint256 lot, uint256 amount) public {
        vm.startPrank(registrar);
        vm.expectRevert(IStandards.UseFreeze.selector);
        tally.setFrozenTokens(from, lot, amount);
        vm.expectRevert(IStandards.UseForceTransfer.selector);
        tally.forcedTransfer(from, to, lot, amount);
    }
}
