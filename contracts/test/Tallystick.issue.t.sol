// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import "./Base.t.sol";

contract IssueTest is Base {
    uint8 private constant PAYEE_ROLES = ROLE_SUPPLIER | ROLE_FUNDER | ROLE_OBLIGOR;
    uint16 private constant EUR = 978;

    function _refused(bytes memory reason, Terms memory terms, Portion[] memory portions) private {
        vm.expectRevert(reason);
        _issue(terms, portions);
    }

    function _refused(bytes memory reason, Terms memory terms) private {
        _refused(reason, terms, _portions(terms.face));
    }

    /* WHO */

    function testRefusesAnUnknownKey() public {
        vm.expectRevert(abi.encodeWithSelector(IRegistrar.UnknownKey.selector, stranger));
        vm.prank(stranger);
        tally.issue(_terms(FACE), _portions(FACE));
    }

    function testRefusesAKeyThatIsNotYetValid() public {
        _asRegistrar();
        tally.setKey(keyOf[OBLIGOR], OBLIGOR, START + 1, KEY_UNTIL);
        _refused(
            abi.encodeWithSelector(IRegistrar.KeyNotValid.selector, keyOf[OBLIGOR], START + 1, KEY_UNTIL), _terms(FACE)
        );
    }

    function testRefusesAKeyThatHasEnded() public {
        _asRegistrar();
        tally.setKey(keyOf[OBLIGOR], OBLIGOR, START - 1, START);
        _refused(
            abi.encodeWithSelector(IRegistrar.KeyNotValid.selector, keyOf[OBLIGOR], START - 1, START), _terms(FACE)
        );
    }

    function testRefusesAnotherObligorsDebt() public {
        vm.expectRevert(abi.encodeWithSelector(IPayables.NotObligor.selector, OTHER_OBLIGOR, OBLIGOR));
        _as(OTHER_OBLIGOR);
        tally.issue(_terms(FACE), _portions(FACE));
    }

    function testRefusesASuspendedObligor() public {
        _suspend(OBLIGOR, ROLE_OBLIGOR);
        _refused(
            abi.encodeWithSelector(IRegistrar.ParticipantInactive.selector, OBLIGOR, STATUS_SUSPENDED), _terms(FACE)
        );
    }

    function testRefusesAnIssuerWithoutTheRole() public {
        Terms memory terms = _terms(FACE);
        terms.obligor = SECOND;
        _refused(abi.encodeWithSelector(IRegistrar.RoleMissing.selector, SECOND, ROLE_OBLIGOR), terms);
    }

    function testRefusesAnObligorWhoseVerificationExpired() public {
        _expire(OBLIGOR, ROLE_OBLIGOR);
        _refused(abi.encodeWithSelector(IRegistrar.VerificationExpired.selector, OBLIGOR, START), _terms(FACE));
    }

    function testRefusesADebtToOneself() public {
        Terms memory terms = _terms(FACE);
        terms.payee = OBLIGOR;
        _refused(abi.encodeWithSelector(IRegistrar.BadArgument.selector, "payee is the obligor"), terms);
    }

    function testRefusesAnUnknownPayee() public {
        Terms memory terms = _terms(FACE);
        terms.payee = NOBODY;
        _refused(abi.encodeWithSelector(IRegistrar.UnknownParticipant.selector, NOBODY), terms);
    }

    function testRefusesASuspendedPayee() public {
        _suspend(SUPPLIER, ROLE_SUPPLIER);
        _refused(
            abi.encodeWithSelector(IRegistrar.ParticipantInactive.selector, SUPPLIER, STATUS_SUSPENDED), _terms(FACE)
        );
    }

    function testRefusesAPayeeThatMayNotHold() public {
        Terms memory terms = _terms(FACE);
        terms.payee = AGENT;
        _refused(abi.encodeWithSelector(IRegistrar.RoleMissing.selector, AGENT, PAYEE_ROLES), terms);
    }

    function testRefusesAPayeeWhoseVerificationExpired() public {
        _expire(SUPPLIER, ROLE_SUPPLIER);
        _refused(abi.encodeWithSelector(IRegistrar.VerificationExpired.selector, SUPPLIER, START), _terms(FACE));
    }

    /* RULES OF THE PROFILE */

    function testRefusesAnUnknownProfile() public {
        Terms memory terms = _terms(FACE);
        terms.profile = 9;
        _refused(abi.encodeWithSelector(IRegistrar.UnknownProfile.selector, 9), terms);
    }

    function testRefusesAProfileOutsideItsDates(bool early, uint32 gap) public {
        Profile memory rules = _rules();
        if (early) {
            rules.from = uint32(bound(gap, START + 1, type(uint32).max - 1));
            rules.until = type(uint32).max;
        } else {
            rules.until = uint32(bound(gap, rules.from + 1, START));
        }
        _asRegistrar();
        tally.setProfile(PROFILE + 2, rules);
        Terms memory terms = _terms(FACE);
        terms.profile = PROFILE + 2;
        _refused(
            abi.encodeWithSelector(IRegistrar.ProfileNotInForce.selector, PROFILE + 2, rules.from, rules.until), terms
        );
    }

    function testRefusesAPausedProfile() public {
        _asRegistrar();
        tally.pauseProfile(PROFILE, true);
        _refused(abi.encodeWithSelector(IRegistrar.ProfileIsPaused.selector, PROFILE), _terms(FACE));
    }

    function testRefusesADueTimeThatIsNotInTheFuture(uint32 due) public {
        Terms memory terms = _terms(FACE);
        terms.due = uint32(bound(due, 0, START));
        _refused(abi.encodeWithSelector(IPayables.DueNotInFuture.selector, terms.due), terms);
    }

    function testRefusesATenorAboveTheProfiles(uint32 due) public {
        Terms memory terms = _terms(FACE);
        terms.due = uint32(bound(due, START + TENOR + 1, type(uint32).max));
        _refused(abi.encodeWithSelector(IPayables.TenorTooLong.selector, terms.due, START + TENOR), terms);
    }

    function testRefusesAFaceBelowTheSmallestLot(uint72 face) public {
        face = uint72(bound(face, 0, SMALLEST - 1));
        _refused(
            abi.encodeWithSelector(IPayables.AmountTooSmall.selector, face, SMALLEST), _terms(face), _portions(FACE)
        );
    }

    /* ONE DEBT, ONE ID */

    function testRefusesAnIdThatStands() public {
        (Terms memory terms, Portion[] memory portions) = (_terms(FACE), _portions(FACE));
        uint256 id = _issue(terms, portions);
        _refused(abi.encodeWithSelector(IPayables.PayableExists.selector, id), terms, portions);
    }

    function testRefusesAnIdAfterItsRefusal() public {
        (Terms memory terms, Portion[] memory portions) = (_terms(FACE), _portions(FACE));
        uint256 id = _issue(terms, portions);
        _as(SUPPLIER);
        tally.refuse(terms, portions);
        _refused(abi.encodeWithSelector(IPayables.PayableExists.selector, id), terms, portions);
    }

    function testRefusesAnIdAfterItsCancellation() public {
        (Terms memory terms, Portion[] memory portions) = (_terms(FACE), _portions(FACE));
        uint256 id = _issue(terms, portions);
        _as(OBLIGOR);
        tally.cancel(terms, portions, "");
        _refused(abi.encodeWithSelector(IPayables.PayableExists.selector, id), terms, portions);
    }

    function testRefusesAnIdAfterItsRedemption() public {
        (Terms memory terms, Portion[] memory portions) = (_terms(FACE), _portions(FACE));
        portions[0].total = 2 * FACE;
        uint256 id = _issue(terms, portions);
        _accept(id);
        _pay(id, FACE);
        _toRedemption(id);
        _redeem(tally.rootOf(id));
        _refused(abi.encodeWithSelector(IPayables.PayableExists.selector, id), terms, portions);
    }

    /* INVOICES */

    function testRefusesADebtWithoutInvoices() public {
        _refused(abi.encodeWithSelector(IPayables.NoPortions.selector), _terms(FACE), new Portion[](0));
    }

    function testRefusesPortionsOutOfOrder(uint8 count, uint8 at) public {
        uint256 length = bound(count, 2, 8);
        uint256 index = bound(at, 1, length - 1);
        Portion[] memory portions = _portions(FACE, length);
        (portions[index - 1], portions[index]) = (portions[index], portions[index - 1]);
        _refused(abi.encodeWithSelector(IPayables.PortionsNotSorted.selector, index), _terms(FACE), portions);
    }

    function testRefusesTheSameInvoiceTwiceInOneDebt() public {
        Portion[] memory portions = _portions(FACE, 2);
        portions[1].fingerprint = portions[0].fingerprint;
        _refused(abi.encodeWithSelector(IPayables.PortionsNotSorted.selector, 1), _terms(FACE), portions);
    }

    function testRefusesAnEmptyPortion() public {
        Portion[] memory portions = _portions(FACE, 3);
        portions[1].amount = 0;
        _refused(abi.encodeWithSelector(IPayables.PortionZero.selector, 1), _terms(FACE), portions);
    }

    function testRefusesPortionsThatDoNotSumToTheFace(uint72 face, uint8 count) public {
        face = uint72(bound(face, SMALLEST, LIMIT));
        vm.assume(face != FACE);
        _refused(
            abi.encodeWithSelector(IPayables.FaceMismatch.selector, face, FACE),
            _terms(face),
            _portions(FACE, bound(count, 1, 8))
        );
    }

    function testRefusesPortionsThatSumToTheFaceOnlyByWrappingAround() public {
        Portion[] memory portions = _portions(FACE, 3);
        portions[0].amount = portions[0].total = type(uint72).max;
        portions[1].amount = portions[1].total = 1;
        portions[2].amount = portions[2].total = FACE;
        uint256 sum = uint256(type(uint72).max) + 1 + FACE;
        _refused(abi.encodeWithSelector(IPayables.FaceMismatch.selector, FACE, sum), _terms(FACE), portions);
    }

    function testRefusesMoreThanAnInvoicesTotal(uint72 amount, uint72 total) public {
        amount = uint72(bound(amount, SMALLEST + 1, LIMIT));
        Portion[] memory portions = _portions(amount);
        portions[0].total = uint72(bound(total, 1, amount - 1));
        bytes memory reason = abi.encodeWithSelector(
            IPayables.InvoiceExceeded.selector, portions[0].fingerprint, 0, amount, portions[0].total
        );
        _refused(reason, _terms(amount), portions);
    }

    function testRefusesTheSameInvoiceInASecondDebt() public {
        Portion[] memory portions = _portions(FACE);
        _issue(_terms(FACE), portions);
        bytes memory reason =
            abi.encodeWithSelector(IPayables.InvoiceExceeded.selector, portions[0].fingerprint, FACE, FACE, FACE);
        _refused(reason, _terms(FACE), portions);
    }

    function testRefusesTheSameInvoiceAfterItsDebtWasPaid() public {
        Portion[] memory portions = _portions(FACE);
        uint256 id = _issue(_terms(FACE), portions);
        _accept(id);
        _pay(id, FACE);
        _toRedemption(id);
        _redeem(tally.rootOf(id));
        bytes memory reason =
            abi.encodeWithSelector(IPayables.InvoiceExceeded.selector, portions[0].fingerprint, FACE, FACE, FACE);
        _refused(reason, _terms(FACE), portions);
    }

    function testRefusesAnotherTotalThanAtTheInvoicesFirstUse(uint72 total) public {
        Portion[] memory portions = _portions(FACE);
        portions[0].total = 5 * FACE;
        _issue(_terms(FACE), portions);
        vm.assume(total != 5 * FACE);
        portions[0].total = total;
        bytes memory reason =
            abi.encodeWithSelector(IPayables.InvoiceMismatch.selector, portions[0].fingerprint, 5 * FACE, CNY);
        _refused(reason, _terms(FACE), portions);
    }

    function testRefusesAnotherCurrencyThanAtTheInvoicesFirstUse() public {
        Portion[] memory portions = _portions(FACE);
        portions[0].total = 5 * FACE;
        _issue(_terms(FACE), portions);
        Terms memory terms = _terms(FACE);
        terms.profile = _euroProfile();
        bytes memory reason =
            abi.encodeWithSelector(IPayables.InvoiceMismatch.selector, portions[0].fingerprint, 5 * FACE, CNY);
        _refused(reason, terms, portions);
    }

    function _euroProfile() private returns (uint16) {
        vm.startPrank(registrar);
        tally.setProfile(EUR << 6, _rules());
        tally.setLimit(OBLIGOR, EUR, LIMIT, AGENT);
        vm.stopPrank();
        return EUR << 6;
    }

    /* LIMIT */

    function testRefusesAnObligorWithoutAPaymentAgent() public {
        _onboard(3, ROLE_OBLIGOR, "third obligor");
        Terms memory terms = _terms(FACE);
        terms.obligor = 3;
        _refused(abi.encodeWithSelector(IPayables.NoPaymentAgent.selector, 3, CNY), terms);
    }

    function testRefusesAnObligorThatIsOverdue() public {
        (uint256 id,) = _issueAccepted(FACE);
        _toOverdue(id);
        tally.markOverdue(id);
        _refused(abi.encodeWithSelector(IPayables.ObligorOverdue.selector, OBLIGOR, CNY, 1), _terms(FACE));
    }

    function testRefusesMoreThanTheLimit(uint72 limit, uint72 face) public {
        limit = uint72(bound(limit, FACE, type(uint72).max - SMALLEST));
        face = uint72(bound(face, uint256(limit) - FACE + 1, type(uint72).max));
        vm.assume(face >= SMALLEST);
        _asRegistrar();
        tally.setLimit(OBLIGOR, CNY, limit, AGENT);
        _issue(FACE);
        bytes memory reason = abi.encodeWithSelector(IPayables.LimitExceeded.selector, OBLIGOR, CNY, limit, FACE, face);
        _refused(reason, _terms(face));
    }

    /* WHAT IT DOES */

    function testIssuesADebtThatWaitsForItsPayee(uint72 face, uint32 due, uint8 invoices, bytes32 salt) public {
        uint256 count = bound(invoices, 1, 8);
        Terms memory terms = _terms(uint72(bound(face, SMALLEST, LIMIT)));
        terms.due = uint32(bound(due, START + 1, START + TENOR));
        terms.salt = salt;
        Portion[] memory portions = _portions(terms.face, count);
        uint256 id = _expectedId(terms, portions);
        vm.expectEmit(address(tally));
        emit IPayables.Issued(id, OBLIGOR, SUPPLIER, PROFILE, CNY, terms.due, terms.face, terms.terms, salt, portions);
        vm.assertEq(_issue(terms, portions), id, "id");
        _assertIssued(id, terms);
        for (uint256 i = 0; i < count; ++i) {
            uint256 word = tally.invoiceWord(OBLIGOR, portions[i].fingerprint);
            vm.assertEq(uint72(word), portions[i].amount, "occupied");
            vm.assertEq(uint72(word >> 72), portions[i].total, "total");
            vm.assertEq(word >> 144, CNY, "currency");
        }
    }

    function _assertIssued(uint256 id, Terms memory terms) private view {
        uint256 word = uint256(OBLIGOR) | (uint256(PROFILE) << 32) | (uint256(terms.due) << 48)
            | (uint256(PAYABLE_ISSUED) << 80) | (uint256(terms.face) << 88);
        vm.assertEq(tally.payableWord(id), word, "payable");
        vm.assertEq(tally.lotWord(id << 96), uint256(SUPPLIER) | (uint256(terms.face) << 32), "root lot");
        Credit memory credit = _credit(OBLIGOR);
        vm.assertEq(credit.used, terms.face, "used");
        vm.assertEq(credit.limit, LIMIT, "limit");
        vm.assertEq(credit.agent, AGENT, "agent");
        vm.assertEq(credit.overdue, 0, "overdue");
    }

    /// @dev The id by its definition, hashed here.
    function _expectedId(Terms memory t, Portion[] memory portions) private pure returns (uint256) {
        bytes memory pairs;
        for (uint256 i = 0; i < portions.length; ++i) {
            pairs = abi.encodePacked(pairs, portions[i].fingerprint, uint256(portions[i].amount));
        }
        bytes memory preimage =
            abi.encode(t.obligor, t.payee, t.profile, CNY, t.due, t.face, t.terms, t.salt, keccak256(pairs));
        return uint160(uint256(keccak256(preimage)));
    }

    function testBacksSeveralDebtsByOneInvoiceUpToItsTotal(uint72 first, uint72 second) public {
        Portion[] memory portions = _portions(FACE);
        first = uint72(bound(first, SMALLEST, FACE - SMALLEST));
        second = uint72(bound(second, SMALLEST, FACE - first));
        portions[0].amount = first;
        _issue(_terms(first), portions);
        portions[0].amount = second;
        _issue(_terms(second), portions);
        vm.assertEq(_occupied(OBLIGOR, portions[0].fingerprint), first + second);
    }

    function testKeepsTheInvoicesOfTwoObligorsApart() public {
        Portion[] memory portions = _portions(FACE);
        _issue(_terms(FACE), portions);
        Terms memory terms = _terms(FACE);
        terms.obligor = OTHER_OBLIGOR;
        _issue(terms, portions);
        vm.assertEq(_occupied(OBLIGOR, portions[0].fingerprint), FACE);
        vm.assertEq(_occupied(OTHER_OBLIGOR, portions[0].fingerprint), FACE);
        vm.assertEq(_credit(OTHER_OBLIGOR).used, FACE);
    }

    function testKeepsTheLimitsOfTwoCurrenciesApart() public {
        Terms memory terms = _terms(FACE);
        terms.profile = _euroProfile();
        _issue(terms, _portions(FACE));
        vm.assertEq(_credit(OBLIGOR).used, 0, "CNY");
        vm.assertEq(uint72(tally.limitWord(OBLIGOR, EUR) >> 72), FACE, "EUR");
    }

    function testUsesTheLimitToItsLastUnitAndAgainAfterAPayment() public {
        _asRegistrar();
        tally.setLimit(OBLIGOR, CNY, FACE, AGENT);
        (uint256 id,) = _issueAccepted(FACE);
        _pay(id, FACE);
        _issue(FACE);
        vm.assertEq(_credit(OBLIGOR).used, FACE);
    }

    function testGivesEachSaltItsOwnDebt() public {
        (Terms memory terms, Portion[] memory portions) = (_terms(FACE), _portions(FACE));
        portions[0].total = 2 * FACE;
        uint256 first = _issue(terms, portions);
        terms.salt = keccak256("another");
        vm.assertNotEq(_issue(terms, portions), first);
    }
}
