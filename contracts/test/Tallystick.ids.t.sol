// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import "./Base.t.sol";

/// @notice payableIdOf, rootOf, childOf, offerHash and financingHash against their definitions, hashed here.
contract IdsTest is Base {
    string private constant OFFER =
        "Offer(uint256 lot,uint16 version,uint8 child,uint72 amount,uint32 recipient,uint8 kind,bytes32 documents,uint32 deadline,uint32 epoch)";

    function testPayableIdIsTheHashOfTheTermsAndTheInvoices(Terms memory t, Portion[] memory portions) public view {
        t.profile = PROFILE;
        bytes memory pairs;
        for (uint256 i = 0; i < portions.length; ++i) {
            pairs = abi.encodePacked(pairs, portions[i].fingerprint, uint256(portions[i].amount));
        }
        bytes memory preimage =
            abi.encode(t.obligor, t.payee, t.profile, CNY, t.due, t.face, t.terms, t.salt, keccak256(pairs));
        vm.assertEq(tally.payableIdOf(t, portions), uint160(uint256(keccak256(preimage))));
    }

    function testPayableIdDoesNotDependOnInvoiceTotals(uint72 total) public {
        (Terms memory terms, Portion[] memory portions) = (_terms(FACE), _portions(FACE));
        uint256 id = tally.payableIdOf(terms, portions);
        portions[0].total = total;
        vm.assertEq(tally.payableIdOf(terms, portions), id);
    }

    function testPayableIdDependsOnEveryTerm(uint8 which) public {
        (Terms memory terms, Portion[] memory portions) = (_terms(FACE), _portions(FACE));
        uint256 id = tally.payableIdOf(terms, portions);
        uint256 field = bound(which, 0, 8);
        if (field == 0) terms.obligor += 1;
        else if (field == 1) terms.payee += 1;
        else if (field == 2) terms.profile += 1;
        else if (field == 3) terms.due += 1;
        else if (field == 4) terms.face += 1;
        else if (field == 5) terms.terms = ~terms.terms;
        else if (field == 6) terms.salt = ~terms.salt;
        else if (field == 7) portions[0].fingerprint = ~portions[0].fingerprint;
        else portions[0].amount += 1;
        vm.assertNotEq(tally.payableIdOf(terms, portions), id);
    }

    function testRootIsThePayableWithTheEmptyPath(uint160 id) public view {
        vm.assertEq(tally.rootOf(id), uint256(id) << 96);
    }

    function testChildKeepsThePayableAndHashesThePath(uint256 lot, uint8 index) public view {
        uint256 child = tally.childOf(lot, index);
        vm.assertEq(child >> 96, lot >> 96, "payable");
        vm.assertEq(uint96(child), uint96(uint256(keccak256(abi.encode(lot, uint256(index))))), "path");
    }

    function testAPathFromTheRootIsCheckedByHashingAlone(uint8 first, uint8 second) public {
        (, uint256 root) = _issueAccepted(FACE);
        first = uint8(bound(first, 0, CHILDREN - 1));
        second = uint8(bound(second, 0, CHILDREN - 1));
        uint256 lot = _passPart(root, first, FACE / 2, SECOND);
        uint256 leaf = _passPart(lot, second, FACE / 4, THIRD);
        vm.assertEq(leaf, tally.childOf(tally.childOf(root, first), second), "path");
        vm.assertEq(_lot(leaf).depth, 2, "depth");
        vm.assertEq(_lot(leaf).holder, THIRD, "holder");
    }

    function testOfferHashIsItsTypedData(Offer memory o) public view {
        vm.assertEq(tally.offerHash(o), _typed(o, address(tally)));
    }

    function testOfferHashDependsOnTheChain(Offer memory o, uint64 chain) public {
        vm.assume(chain != block.chainid);
        bytes32 here = tally.offerHash(o);
        vm.chainId(chain);
        vm.assertNotEq(tally.offerHash(o), here);
        vm.assertEq(tally.offerHash(o), _typed(o, address(tally)));
    }

    function _typed(Offer memory o, address verifier) private view returns (bytes32) {
        bytes memory fields = abi.encode(
            keccak256(bytes(OFFER)),
            o.lot,
            o.version,
            o.child,
            o.amount,
            o.recipient,
            o.kind,
            o.documents,
            o.deadline,
            o.epoch
        );
        return keccak256(abi.encodePacked("\x19\x01", _domain(verifier), keccak256(fields)));
    }

    function testFinancingHashIsTheHashOfItsFields(Financing memory f) public view {
        bytes memory fields = abi.encode(f.funder, f.until, f.kind, f.recourse, f.commitment);
        vm.assertEq(tally.financingHash(f), keccak256(fields));
    }
}
