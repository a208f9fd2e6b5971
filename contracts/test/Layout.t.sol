// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import "./Base.t.sol";

/// @notice What a claim certificate reads: words taken straight from storage at the documented slots and decoded by the documented
/// offsets. These numbers are part of the promise; a verifier that never saw this code depends on them.
contract LayoutTest is Base {
    uint256 private constant PAYABLES = 3;
    uint256 private constant LOTS = 4;
    uint256 private constant PARTICIPANTS = 5;
    uint256 private constant KEYS = 6;
    uint256 private constant LIMITS = 7;
    uint256 private constant INVOICES = 8;
    uint256 private constant RULES = 9;
    uint256 private constant ROUNDS = 10;
    uint256 private constant CONSENTS = 11;
    uint256 private constant FROZEN = 12;
    uint256 private constant RECOURSE = 13;
    uint256 private constant LINES = 14;
    uint256 private constant DOSSIERS = 15;
    uint256 private constant KEYRINGS = 16;

    function _at(uint256 key, uint256 mapping_) private view returns (uint256) {
        return uint256(vm.load(address(tally), keccak256(abi.encode(key, mapping_))));
    }

    /// @dev `size` bits of a word from bit `offset`.
    function _bits(uint256 word, uint256 offset, uint256 size) private pure returns (uint256) {
        return (word >> offset) & ((1 << size) - 1);
    }

    function testAuthorityStandsInSlotZero() public view {
        vm.assertEq(address(uint160(uint256(vm.load(address(tally), 0)))), address(manager));
    }

    function testPayableWord(uint72 face, uint72 paid) public {
        face = uint72(bound(face, SMALLEST, LIMIT));
        paid = uint72(bound(paid, 1, face - 1));
        (uint256 id,) = _issueAccepted(face);
        _pay(id, paid);
        _toRedemption(id);
        _as(AGENT);
        tally.openRound(id);
        uint256 word = _at(id, PAYABLES);
        vm.assertEq(_bits(word, 0, 32), OBLIGOR, "obligor");
        vm.assertEq(_bits(word, 32, 16), PROFILE, "profile");
        vm.assertEq(_bits(word, 48, 32), START + 90 days, "due");
        vm.assertEq(_bits(word, 80, 8), PAYABLE_ACTIVE | PAYABLE_ROUND_OPEN, "state");
        vm.assertEq(_bits(word, 88, 72), face, "outstanding");
        vm.assertEq(_bits(word, 160, 72), paid, "available");
        vm.assertEq(_bits(word, 232, 16), 1, "sequence");
        vm.assertEq(_bits(word, 248, 8), 1, "round");
        uint256 round = _at(id, ROUNDS);
        vm.assertEq(_bits(round, 0, 72), face, "base");
        vm.assertEq(_bits(round, 72, 72), 0, "seen");
        vm.assertEq(_bits(round, 144, 72), paid, "payment");
    }

    function testLotWord(uint72 amount, uint72 frozen, uint8 child) public {
        amount = uint72(bound(amount, SMALLEST, FACE - SMALLEST));
        frozen = uint72(bound(frozen, 1, amount));
        child = uint8(bound(child, 0, CHILDREN - 1));
        (uint256 id, uint256 root) = _issueAccepted(FACE);
        Offer memory offer = _offer(root, child, amount, SECOND);
        offer.kind = OFFER_SALE_RECOURSE;
        uint256 lot = _accept(offer);
        vm.assertEq(root, id << 96, "root id");
        vm.assertEq(_bits(_at(root, LOTS), 216, 40), uint256(1) << child, "children");
        _lockFor(lot, FUNDER, START + 5 days);
        _freeze(lot, frozen);
        uint256 word = _at(lot, LOTS);
        vm.assertEq(_bits(word, 0, 32), SECOND, "holder");
        vm.assertEq(_bits(word, 32, 72), amount, "amount");
        vm.assertEq(_bits(word, 104, 8), 1, "hops");
        vm.assertEq(_bits(word, 112, 8), 1, "depth");
        vm.assertEq(_bits(word, 120, 16), 2, "version");
        vm.assertEq(_bits(word, 136, 8), LOT_RECOURSE | LOT_FROZEN, "flags");
        vm.assertEq(_bits(word, 144, 8), 0, "round");
        vm.assertEq(_bits(word, 152, 32), FUNDER, "lock party");
        vm.assertEq(_bits(word, 184, 32), START + 5 days, "lock until");
        vm.assertEq(_bits(word, 216, 40), 0, "children");
        vm.assertEq(_at(lot, FROZEN), frozen, "frozen");
        vm.assertEq(_at(lot, RECOURSE), SUPPLIER, "recourse");
    }

    function testLotWordAndLineOfARound(uint72 paid) public {
        paid = uint72(bound(paid, 1, FACE - 1));
        (uint256 id, uint256 lot) = _issueAccepted(FACE);
        _pay(id, paid);
        _toRedemption(id);
        (uint256[] memory lots, uint72[] memory amounts, bytes32[] memory receipts) =
            (new uint256[](1), new uint72[](1), new bytes32[](1));
        (lots[0], amounts[0], receipts[0]) = (lot, paid, RECEIPT);
        vm.startPrank(keyOf[AGENT]);
        tally.openRound(id);
        tally.redeemInRound(lots, amounts, receipts);
        vm.assertEq(_bits(_at(lot, LOTS), 32, 72), FACE - paid, "amount");
        vm.assertEq(_bits(_at(lot, LOTS), 144, 8), 1, "round");
        vm.assertEq(_at(lot, LINES), paid, "line");
    }

    function testParticipantKeyAndDossierWords() public {
        _as(FUNDER);
        tally.revokeOffers();
        uint256 word = _at(FUNDER, PARTICIPANTS);
        vm.assertEq(_bits(word, 0, 8), ROLE_FUNDER, "roles");
        vm.assertEq(_bits(word, 8, 8), STATUS_ACTIVE, "status");
        vm.assertEq(_bits(word, 16, 32), VERIFIED_UNTIL, "verified until");
        vm.assertEq(_bits(word, 48, 32), 1, "epoch");
        vm.assertEq(_bits(word, 80, 160), uint160(keyOf[FUNDER]), "account");
        uint256 key = _at(uint160(keyOf[FUNDER]), KEYS);
        vm.assertEq(_bits(key, 0, 32), FUNDER, "participant");
        vm.assertEq(_bits(key, 32, 32), START, "from");
        vm.assertEq(_bits(key, 64, 32), KEY_UNTIL, "until");
        vm.assertEq(_bits(key, 96, 80), _bits(word, 0, 80), "copy of the standing");
        vm.assertEq(key >> 176, 0, "rest");
        vm.assertEq(_at(FUNDER, KEYRINGS), 1, "keys in the keyring");
        bytes32 first = keccak256(abi.encode(keccak256(abi.encode(FUNDER, KEYRINGS))));
        vm.assertEq(uint256(vm.load(address(tally), first)), uint160(keyOf[FUNDER]), "the first of them");
        vm.assertEq(_at(FUNDER, DOSSIERS), uint256(keccak256("funder")), "dossier");
    }

    function testLimitWord(uint72 face) public {
        face = uint72(bound(face, SMALLEST, LIMIT));
        (uint256 id,) = _issueAccepted(face);
        _toOverdue(id);
        tally.markOverdue(id);
        uint256 word = _at((uint256(OBLIGOR) << 16) | CNY, LIMITS);
        vm.assertEq(_bits(word, 0, 72), LIMIT, "limit");
        vm.assertEq(_bits(word, 72, 72), face, "used");
        vm.assertEq(_bits(word, 144, 32), AGENT, "agent");
        vm.assertEq(_bits(word, 176, 16), 1, "overdue");
    }

    function testInvoiceWord(uint72 amount) public {
        amount = uint72(bound(amount, SMALLEST, FACE));
        Portion[] memory portions = _portions(FACE);
        portions[0].amount = amount;
        _issue(_terms(amount), portions);
        bytes32 outer = keccak256(abi.encode(OBLIGOR, INVOICES));
        uint256 word = uint256(vm.load(address(tally), keccak256(abi.encode(portions[0].fingerprint, outer))));
        vm.assertEq(_bits(word, 0, 72), amount, "occupied");
        vm.assertEq(_bits(word, 72, 72), FACE, "total");
        vm.assertEq(_bits(word, 144, 16), CNY, "currency");
    }

    function testRulesWord() public {
        _asRegistrar();
        tally.pauseProfile(PROFILE, true);
        uint256 word = _at(PROFILE, RULES);
        vm.assertEq(_bits(word, 0, 32), START - 1 days, "from");
        vm.assertEq(_bits(word, 32, 32), START + 1000 days, "until");
        vm.assertEq(_bits(word, 64, 32), TENOR, "tenor");
        vm.assertEq(_bits(word, 96, 8), HOPS, "hops");
        vm.assertEq(_bits(word, 104, 8), DEPTH, "depth");
        vm.assertEq(_bits(word, 112, 8), CHILDREN, "children");
        vm.assertEq(_bits(word, 120, 24), LEAD, "record lead");
        vm.assertEq(_bits(word, 144, 24), DELAY, "redeem delay");
        vm.assertEq(_bits(word, 168, 24), GRACE, "grace");
        vm.assertEq(_bits(word, 192, 24), REOPEN, "reopen period");
        vm.assertEq(_bits(word, 216, 39), SMALLEST, "smallest lot");
        vm.assertEq(_bits(word, 255, 1), 1, "paused");
    }

    function testConsentWord() public {
        (, uint256 lot) = _issueAccepted(FACE);
        Financing memory financing = _financing(FINANCE_PLEDGE, false);
        _lockForFinancing(lot, financing);
        vm.assertEq(_at(lot, CONSENTS), uint256(tally.financingHash(financing)));
    }
}
