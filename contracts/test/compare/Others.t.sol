// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC1155} from "@openzeppelin/contracts/token/ERC1155/IERC1155.sol";
import {Test} from "../Test.sol";
import {Bare1155} from "./Bare1155.sol";
import {Bare6909} from "./Bare6909.sol";
import {IClaims, IMultiToken, IStock} from "./IClaims.sol";
import {Stock6909} from "./Stock6909.sol";

/// @notice The acts of Own.t.sol with other claim tokens, measured alike: whole transactions, steady state, the same compiler and settings,
/// receivers without code. The figures stand in snapshots/Compare.json; `scripts/bench compare` writes the table of the README.
contract OthersTest is Test {
    uint72 private constant FACE = 1_000_000;
    uint64 private constant START = 1_800_000_000;
    bytes32 private constant DOCUMENTS = keccak256("trade documents");

    address private payee = makeAddr("payee");
    address private next = makeAddr("next");
    address private other = makeAddr("other");
    address private third = makeAddr("third");
    address private issuer = makeAddr("issuer");
    address private registrar = makeAddr("registrar");

    function setUp() public {
        vm.warp(START);
    }

    function _claim(uint256 number) private view returns (IClaims.Claim memory) {
        return IClaims.Claim({
            obligor: issuer,
            due: START + 90 days,
            terms: keccak256(abi.encode("terms", number)),
            invoice: keccak256(abi.encode("invoice", number))
        });
    }

    function _as(address who) private {
        vm.prank(who);
    }

    function _measured(string memory name) private {
        vm.snapshotGasLastCall("Compare", name);
    }

    function _create(IClaims token, uint256 number) private returns (uint256) {
        _as(issuer);
        return token.create(_claim(number), payee, FACE);
    }

    /// @dev The figures that every ERC-6909 has. The first claim pays for the counter's word.
    function _measure(IMultiToken token, string memory name) private returns (uint256 id) {
        _create(token, 1);
        id = _create(token, 2);
        _measured(string.concat(name, ", create"));
        _as(payee);
        token.transfer(next, id, FACE / 4);
        _measured(string.concat(name, ", split to a new holder"));
        _as(payee);
        token.transfer(next, id, FACE / 4);
        _measured(string.concat(name, ", part to an existing holder"));
        _as(payee);
        token.approve(other, id, FACE / 4);
        uint256 gas = vm.lastCallGas().gasTotalUsed;
        _as(other);
        token.transferFrom(payee, other, id, FACE / 4);
        vm.snapshotValue("Compare", string.concat(name, ", offered and accepted"), gas + vm.lastCallGas().gasTotalUsed);
        _as(payee);
        token.transfer(third, id, FACE / 4);
        _measured(string.concat(name, ", whole"));
    }

    function testBareErc6909() public {
        IMultiToken token = IMultiToken(address(new Bare6909(issuer)));
        uint256 id = _measure(token, "ERC-6909 bare");
        _as(issuer);
        token.burn(next, id, FACE / 2);
        _measured("ERC-6909 bare, burn");
    }

    function testBareErc1155() public {
        IERC1155 token = IERC1155(address(new Bare1155(issuer)));
        _create(IClaims(address(token)), 1);
        uint256 id = _create(IClaims(address(token)), 2);
        _measured("ERC-1155 bare, create");
        _as(payee);
        token.safeTransferFrom(payee, next, id, FACE / 4, "");
        _measured("ERC-1155 bare, split to a new holder");
        _as(payee);
        token.safeTransferFrom(payee, next, id, FACE / 4, "");
        _measured("ERC-1155 bare, part to an existing holder");
        _as(payee);
        token.safeTransferFrom(payee, other, id, FACE / 2, "");
        _measured("ERC-1155 bare, whole");
        _as(issuer);
        IClaims(address(token)).burn(next, id, FACE / 2);
        _measured("ERC-1155 bare, burn");
    }

    function testStockParts() public {
        IStock token = IStock(address(new Stock6909(issuer, issuer, registrar)));
        address[4] memory holders = [payee, next, other, third];
        vm.startPrank(registrar);
        token.setLimit(issuer, 1e15);
        for (uint256 i = 0; i < holders.length; ++i) {
            token.setHolder(holders[i], START + 2000 days);
        }
        vm.stopPrank();
        _create(token, 1);
        uint256 id = _create(token, 2);
        _measured("ERC-6909 from stock parts, create");
        _as(payee);
        token.transferWithDocuments(next, id, FACE / 4, DOCUMENTS);
        _measured("ERC-6909 from stock parts, split to a new holder");
        _as(payee);
        token.transferWithDocuments(next, id, FACE / 4, DOCUMENTS);
        _measured("ERC-6909 from stock parts, part to an existing holder");
        _as(payee);
        token.approve(other, id, FACE / 4);
        uint256 gas = vm.lastCallGas().gasTotalUsed;
        _as(other);
        token.transferFrom(payee, other, id, FACE / 4);
        gas += vm.lastCallGas().gasTotalUsed;
        vm.snapshotValue("Compare", "ERC-6909 from stock parts, offered and accepted", gas);
        _as(payee);
        token.transferWithDocuments(third, id, FACE / 4, DOCUMENTS);
        _measured("ERC-6909 from stock parts, whole");
        _as(registrar);
        token.freeze(other, id, FACE / 8);
        _measured("ERC-6909 from stock parts, lock part");
        _as(issuer);
        token.burn(next, id, FACE / 2);
        _measured("ERC-6909 from stock parts, burn");
    }
}
