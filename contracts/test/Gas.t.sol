// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import "./Base.t.sol";

/// @notice Gas of whole transactions: 21,000, calldata, execution, less refunds; steady state, fresh ids. Each figure stands in
/// snapshots/Tallystick.json; any change of it fails under FORGE_SNAPSHOT_CHECK=true.
contract GasTest is Base {
    uint256 private _id;
    uint256 private _root;

    function setUp() public override {
        super.setUp();
        (_id, _root) = _issueAccepted(FACE);
    }

    function testIssueWithOneInvoice() public {
        _issue(FACE);
        _gas("issue, one invoice");
    }

    function testIssueWithAnExtraInvoice() public {
        _issue(FACE);
        uint256 one = vm.lastCallGas().gasTotalUsed;
        _issue(_terms(FACE), _portions(FACE, 2));
        uint256 two = vm.lastCallGas().gasTotalUsed;
        vm.snapshotValue("Tallystick", "issue, each further invoice", two - one);
    }

    function testAcceptAPayable() public {
        uint256 id = _issue(FACE);
        _as(SUPPLIER);
        tally.accept(id);
        _gas("accept a payable");
    }

    function testRefuseAPayable() public {
        (Terms memory terms, Portion[] memory portions) = (_terms(FACE), _portions(FACE));
        _issue(terms, portions);
        _as(SUPPLIER);
        tally.refuse(terms, portions);
        _gas("refuse a payable");
    }

    function testSplitByOffer() public {
        Offer memory offer = _offer(_root, 0, FACE / 2, SECOND);
        _submit(offer, _sign(offer, secretOf[SUPPLIER]));
        _gas("split by offer");
    }

    function testWholeByOffer() public {
        Offer memory offer = _offer(_root, WHOLE, FACE, SECOND);
        _submit(offer, _sign(offer, secretOf[SUPPLIER]));
        _gas("whole lot by offer");
    }

    function testSelfSplit() public {
        uint8[] memory children = new uint8[](1);
        uint72[] memory amounts = new uint72[](1);
        amounts[0] = FACE / 2;
        _as(SUPPLIER);
        tally.split(_root, children, amounts);
        _gas("split for oneself");
    }

    /// @dev What one more leg of a list costs: parts of one lot, for which the recipient has ten or twenty signed offers.
    function testALegOfAListOfOffers() public {
        uint256 ten = _takeParts(0, 10);
        uint256 twenty = _takeParts(10, 20);
        vm.snapshotValue("Tallystick", "batch, leg of ten offers", (twenty - ten) / 10);
        vm.assertGt(twenty, ten);
    }

    function _takeParts(uint8 start, uint8 count) private returns (uint256) {
        (Offer[] memory offers, bytes[] memory signatures) = (new Offer[](count), new bytes[](count));
        for (uint8 i = 0; i < count; ++i) {
            offers[i] = _offer(_root, start + i, 1000, SECOND);
            signatures[i] = _sign(offers[i], secretOf[SUPPLIER]);
        }
        _as(SECOND);
        tally.acceptOffers(offers, signatures);
        return vm.lastCallGas().gasTotalUsed;
    }

    function testALegOfAListOfDebts() public {
        (uint256 ten, uint256[] memory first) = _issueDebts(10);
        (uint256 twenty, uint256[] memory second) = _issueDebts(20);
        vm.snapshotValue("Tallystick", "issue, leg of a list", (twenty - ten) / 10);
        ten = _acceptDebts(first);
        twenty = _acceptDebts(second);
        vm.snapshotValue("Tallystick", "accept, leg of a list", (twenty - ten) / 10);
        vm.assertGt(twenty, ten);
    }

    function _issueDebts(uint256 count) private returns (uint256, uint256[] memory ids) {
        (Terms[] memory terms, Portion[][] memory portions) = (new Terms[](count), new Portion[][](count));
        for (uint256 i = 0; i < count; ++i) {
            (terms[i], portions[i]) = (_terms(FACE), _portions(FACE));
        }
        _as(OBLIGOR);
        ids = tally.issueMany(terms, portions);
        return (vm.lastCallGas().gasTotalUsed, ids);
    }

    function _acceptDebts(uint256[] memory ids) private returns (uint256) {
        _as(SUPPLIER);
        tally.acceptMany(ids);
        return vm.lastCallGas().gasTotalUsed;
    }

    function testLock() public {
        _as(SUPPLIER);
        tally.lock(_root, FUNDER, START + 1 days);
        _gas("lock");
    }

    function testFinance() public {
        Financing memory financing = _financing(FINANCE_ASSIGNMENT, false);
        _as(SUPPLIER);
        tally.lockForFinancing(_root, financing);
        _gas("lock for financing");
        _as(FUNDER);
        tally.finance(_root, financing, RECEIPT);
        _gas("finance");
    }

    function testRecordPayment() public {
        _as(AGENT);
        tally.recordPayment(_id, 1, FACE / 2, RECEIPT);
        _gas("record a payment");
    }

    function testRedeemOneLot() public {
        _useFinalProfile();
        _redeemOne("redeem one lot");
    }

    function testRedeemOneLotThatMayBeReopened() public {
        _redeemOne("redeem one lot, reopenable");
    }

    function _redeemOne(string memory name) private {
        _passPart(_root, 0, FACE / 2, SECOND);
        _pay(_id, FACE);
        _toRedemption(_id);
        _as(AGENT);
        tally.redeem(_root, RECEIPT);
        _gas(name);
    }

    function testRedeemALegOfAList() public {
        _useFinalProfile();
        _redeemList("redeem, leg of a list");
    }

    function testRedeemALegOfAListThatMayBeReopened() public {
        _redeemList("redeem, leg of a list, reopenable");
    }

    function _redeemList(string memory name) private {
        uint256[] memory lots = _split(30);
        _pay(_id, FACE);
        _toRedemption(_id);
        uint256 ten = _redeemFrom(lots, 0, 10);
        uint256 twenty = _redeemFrom(lots, 10, 20);
        vm.snapshotValue("Tallystick", name, (twenty - ten) / 10);
    }

    /// @dev The payable of a profile under which what is redeemed stays redeemed.
    function _useFinalProfile() private {
        Profile memory rules = _rules();
        rules.reopenPeriod = 0;
        _asRegistrar();
        tally.setProfile(PROFILE + 1, rules);
        Terms memory terms = _terms(FACE);
        terms.profile = PROFILE + 1;
        _id = _issue(terms, _portions(FACE));
        _accept(_id);
        _root = tally.rootOf(_id);
    }

    function testRedeemALegOfARound() public {
        uint256[] memory lots = _split(30);
        _pay(_id, FACE / 2);
        _toRedemption(_id);
        _as(AGENT);
        tally.openRound(_id);
        _gas("open a round");
        uint256 ten = _redeemInRoundFrom(lots, 0, 10);
        uint256 twenty = _redeemInRoundFrom(lots, 10, 20);
        vm.snapshotValue("Tallystick", "redeem, leg of a round", (twenty - ten) / 10);
        vm.assertGt(twenty, ten);
    }

    function testNoContractIsAboveTwentyKilobytes() public {
        string[5] memory names = ["Tallystick", "Settlement", "Holdings", "Registrar", "Reads"];
        uint256 largest;
        for (uint256 i = 0; i < names.length; ++i) {
            uint256 size = vm.getDeployedCode(string.concat(names[i], ".sol:", names[i])).length;
            if (size > largest) largest = size;
        }
        vm.snapshotValue("Tallystick", "largest contract, bytes", largest);
        vm.assertLe(largest, 20_000);
    }

    /// @dev The root in `count` lots of 1,000 for SECOND and what is left.
    function _split(uint8 count) private returns (uint256[] memory lots) {
        lots = new uint256[](count);
        for (uint8 i = 0; i < count; ++i) {
            lots[i] = _passPart(_root, i, 1000, SECOND);
        }
    }

    function _redeemFrom(uint256[] memory all, uint256 start, uint256 count) private returns (uint256) {
        (uint256[] memory lots, bytes32[] memory receipts) = (new uint256[](count), new bytes32[](count));
        for (uint256 i = 0; i < count; ++i) {
            (lots[i], receipts[i]) = (all[start + i], keccak256(abi.encode("receipt", start + i)));
        }
        _as(AGENT);
        tally.redeemMany(lots, receipts);
        return vm.lastCallGas().gasTotalUsed;
    }

    function _redeemInRoundFrom(uint256[] memory all, uint256 start, uint256 count) private returns (uint256) {
        (uint256[] memory lots, bytes32[] memory receipts) = (new uint256[](count), new bytes32[](count));
        uint72[] memory amounts = new uint72[](count);
        for (uint256 i = 0; i < count; ++i) {
            (lots[i], receipts[i]) = (all[start + i], keccak256(abi.encode("receipt", start + i)));
            amounts[i] = 500;
        }
        _as(AGENT);
        tally.redeemInRound(lots, amounts, receipts);
        return vm.lastCallGas().gasTotalUsed;
    }
}
