// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import "./Base.t.sol";
import {Wallet} from "./Wallet.sol";

contract CancelTest is Base {
    bytes32 private constant CANCELLATION = keccak256("Cancellation(uint256 payableId,uint16 version)");
    uint256 private constant CURVE_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;

    function _cancel(Terms memory terms, Portion[] memory portions, bytes memory consent) private {
        _as(OBLIGOR);
        tally.cancel(terms, portions, consent);
    }

    function _refused(bytes memory reason, Terms memory terms, Portion[] memory portions, bytes memory consent)
        private
    {
        vm.expectRevert(reason);
        _cancel(terms, portions, consent);
    }

    function _issued() private returns (uint256 id, Terms memory terms, Portion[] memory portions) {
        (terms, portions) = (_terms(FACE), _portions(FACE));
        id = _issue(terms, portions);
    }

    function _accepted() private returns (uint256 id, Terms memory terms, Portion[] memory portions) {
        (id, terms, portions) = _issued();
        _accept(id);
    }

    function _struct(uint256 id, uint16 version) private pure returns (bytes32) {
        return keccak256(abi.encode(CANCELLATION, id, version));
    }

    /// @dev The payee's consent to end the payable as its root lot stands.
    function _consent(uint256 id) private view returns (bytes memory) {
        return _signStruct(_struct(id, _lot(id << 96).version), secretOf[SUPPLIER]);
    }

    /* WHO AND WHICH */

    function testRefusesTermsThatNameNoPayable() public {
        (Terms memory terms, Portion[] memory portions) = (_terms(FACE), _portions(FACE));
        uint256 id = tally.payableIdOf(terms, portions);
        _refused(abi.encodeWithSelector(IPayables.UnknownPayable.selector, id), terms, portions, "");
    }

    function testRefusesAnyoneButTheObligor() public {
        (, Terms memory terms, Portion[] memory portions) = _issued();
        uint32[4] memory others = [OTHER_OBLIGOR, SUPPLIER, FUNDER, AGENT];
        for (uint256 i = 0; i < others.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IPayables.NotObligor.selector, others[i], OBLIGOR));
            _as(others[i]);
            tally.cancel(terms, portions, "");
        }
    }

    function testRefusesAnUnknownKey() public {
        (, Terms memory terms, Portion[] memory portions) = _issued();
        vm.expectRevert(abi.encodeWithSelector(IRegistrar.UnknownKey.selector, stranger));
        vm.prank(stranger);
        tally.cancel(terms, portions, "");
    }

    function testRefusesASuspendedObligor() public {
        (, Terms memory terms, Portion[] memory portions) = _issued();
        _suspend(OBLIGOR, ROLE_OBLIGOR);
        bytes memory reason = abi.encodeWithSelector(IRegistrar.ParticipantInactive.selector, OBLIGOR, STATUS_SUSPENDED);
        _refused(reason, terms, portions, "");
    }

    /* STATES */

    function testRefusesASecondCancellation() public {
        (uint256 id, Terms memory terms, Portion[] memory portions) = _issued();
        _cancel(terms, portions, "");
        _refused(abi.encodeWithSelector(IPayables.WrongState.selector, id, PAYABLE_CANCELLED), terms, portions, "");
    }

    function testRefusesARefusedPayable() public {
        (uint256 id, Terms memory terms, Portion[] memory portions) = _issued();
        _as(SUPPLIER);
        tally.refuse(terms, portions);
        _refused(abi.encodeWithSelector(IPayables.WrongState.selector, id, PAYABLE_REFUSED), terms, portions, "");
    }

    function testRefusesASettledPayable() public {
        (uint256 id, Terms memory terms, Portion[] memory portions) = _accepted();
        _pay(id, FACE);
        _toRedemption(id);
        _redeem(id << 96);
        bytes memory consent = _consent(id);
        _refused(abi.encodeWithSelector(IPayables.WrongState.selector, id, PAYABLE_SETTLED), terms, portions, consent);
    }

    function testRefusesAnOverduePayable() public {
        (uint256 id, Terms memory terms, Portion[] memory portions) = _accepted();
        _toOverdue(id);
        tally.markOverdue(id);
        bytes memory reason =
            abi.encodeWithSelector(IPayables.WrongState.selector, id, PAYABLE_ACTIVE | PAYABLE_OVERDUE);
        bytes memory consent = _consent(id);
        _refused(reason, terms, portions, consent);
    }

    /* THE PAYEE'S CONSENT */

    function testRefusesAfterAcceptanceWithoutConsent() public {
        (, Terms memory terms, Portion[] memory portions) = _accepted();
        _refused(abi.encodeWithSelector(IPayables.BadSignature.selector), terms, portions, "");
    }

    function testRefusesAConsentOfAnotherParticipant() public {
        (uint256 id, Terms memory terms, Portion[] memory portions) = _accepted();
        bytes memory consent = _signStruct(_struct(id, 0), secretOf[SECOND]);
        _refused(abi.encodeWithSelector(IPayables.BadSignature.selector), terms, portions, consent);
    }

    function testRefusesAConsentByAnEndedKey() public {
        (uint256 id, Terms memory terms, Portion[] memory portions) = _accepted();
        bytes memory consent = _consent(id);
        _asRegistrar();
        tally.setKey(keyOf[SUPPLIER], SUPPLIER, START - 1, START);
        bytes memory reason = abi.encodeWithSelector(IRegistrar.KeyNotValid.selector, keyOf[SUPPLIER], START - 1, START);
        _refused(reason, terms, portions, consent);
    }

    function testRefusesAConsentToAnEarlierVersionOfTheLot() public {
        (uint256 id, Terms memory terms, Portion[] memory portions) = _accepted();
        bytes memory consent = _consent(id);
        _lockFor(id << 96, FUNDER, START + 1 days);
        _as(FUNDER);
        tally.release(id << 96);
        vm.expectPartialRevert(IRegistrar.UnknownKey.selector);
        _cancel(terms, portions, consent);
    }

    function testRefusesAConsentToAnotherPayable() public {
        (uint256 other,,) = _accepted();
        (, Terms memory terms, Portion[] memory portions) = _accepted();
        bytes memory consent = _consent(other);
        vm.expectPartialRevert(IRegistrar.UnknownKey.selector);
        _cancel(terms, portions, consent);
    }

    function testRefusesAConsentGivenOnAnotherChain() public {
        (uint256 id, Terms memory terms, Portion[] memory portions) = _accepted();
        bytes memory consent = _consent(id);
        vm.chainId(block.chainid + 1);
        vm.expectPartialRevert(IRegistrar.UnknownKey.selector);
        _cancel(terms, portions, consent);
    }

    function testRefusesAConsentGivenToAnotherContract() public {
        (uint256 id, Terms memory terms, Portion[] memory portions) = _accepted();
        bytes32 digest = keccak256(abi.encodePacked("\x19\x01", _domain(address(manager)), _struct(id, 0)));
        bytes memory consent = _signDigest(digest, secretOf[SUPPLIER]);
        vm.expectPartialRevert(IRegistrar.UnknownKey.selector);
        _cancel(terms, portions, consent);
    }

    function testRefusesTheOtherFormOfTheSameSignature() public {
        (uint256 id, Terms memory terms, Portion[] memory portions) = _accepted();
        bytes32 digest = keccak256(abi.encodePacked("\x19\x01", _domain(address(tally)), _struct(id, 0)));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(secretOf[SUPPLIER], digest);
        bytes memory mirrored = abi.encodePacked(r, CURVE_ORDER - uint256(s), v == 27 ? uint8(28) : uint8(27));
        _refused(abi.encodeWithSelector(IPayables.BadSignature.selector), terms, portions, mirrored);
    }

    function testRefusesASignatureThatRecoversNobody() public {
        (, Terms memory terms, Portion[] memory portions) = _accepted();
        _refused(abi.encodeWithSelector(IPayables.BadSignature.selector), terms, portions, new bytes(65));
    }

    function testRefusesSignaturesOfAnyOtherLength(uint8 length) public {
        vm.assume(length != 65);
        (uint256 id, Terms memory terms, Portion[] memory portions) = _accepted();
        bytes memory consent = new bytes(length);
        bytes memory real = _consent(id);
        for (uint256 i = 0; i < length && i < 65; ++i) {
            consent[i] = real[i];
        }
        _refused(abi.encodeWithSelector(IPayables.BadSignature.selector), terms, portions, consent);
    }

    /* WHAT BARS IT */

    function _barred(uint256 id, Terms memory terms, Portion[] memory portions) private {
        bytes memory consent = _consent(id);
        _refused(abi.encodeWithSelector(IPayables.CancellationBarred.selector, id), terms, portions, consent);
    }

    function testBarredOnceAPartWasPassedOn() public {
        (uint256 id, Terms memory terms, Portion[] memory portions) = _accepted();
        _passPart(id << 96, 0, SMALLEST, SECOND);
        _barred(id, terms, portions);
    }

    function testBarredOnceTheLotWasPassedOn() public {
        (uint256 id, Terms memory terms, Portion[] memory portions) = _accepted();
        _passWhole(id << 96, SECOND);
        _barred(id, terms, portions);
    }

    function testBarredWhileTheLotIsLocked() public {
        (uint256 id, Terms memory terms, Portion[] memory portions) = _accepted();
        _lockFor(id << 96, FUNDER, START + 1 days);
        _barred(id, terms, portions);
    }

    function testBarredWhileTheLotIsPledged() public {
        (uint256 id, Terms memory terms, Portion[] memory portions) = _accepted();
        _pledge(id << 96);
        _barred(id, terms, portions);
    }

    function testBarredWhileAPartIsFrozen() public {
        (uint256 id, Terms memory terms, Portion[] memory portions) = _accepted();
        _freeze(id << 96, 1);
        _barred(id, terms, portions);
    }

    function testBarredOnceAnythingWasPaid() public {
        (uint256 id, Terms memory terms, Portion[] memory portions) = _accepted();
        _pay(id, 1);
        _barred(id, terms, portions);
    }

    /* WHAT IT DOES */

    function testFreesInvoicesAndLimitBeforeAcceptance(uint72 face, uint8 invoices) public {
        face = uint72(bound(face, SMALLEST, LIMIT));
        (Terms memory terms, Portion[] memory portions) = (_terms(face), _portions(face, bound(invoices, 1, 8)));
        uint256 id = _issue(terms, portions);
        _assertCancels(id, terms, portions, "");
    }

    function testFreesInvoicesAndLimitWithThePayeesConsent(uint72 face, uint8 invoices) public {
        face = uint72(bound(face, SMALLEST, LIMIT));
        (Terms memory terms, Portion[] memory portions) = (_terms(face), _portions(face, bound(invoices, 1, 8)));
        uint256 id = _issue(terms, portions);
        _accept(id);
        _assertCancels(id, terms, portions, _consent(id));
    }

    function testTakesAConsentOfAContractWallet() public {
        (address first, uint256 firstSecret) = makeAddrAndKey("wallet owner one");
        (address second, uint256 secondSecret) = makeAddrAndKey("wallet owner two");
        address wallet = address(new Wallet(first, second));
        _asRegistrar();
        tally.setKey(wallet, SUPPLIER, START, KEY_UNTIL);
        (uint256 id, Terms memory terms, Portion[] memory portions) = _accepted();
        bytes memory one = _signStruct(_struct(id, 0), firstSecret);
        bytes memory two = _signStruct(_struct(id, 0), secondSecret);
        bytes memory swapped = abi.encodePacked(wallet, two, one);
        _refused(abi.encodeWithSelector(IPayables.BadSignature.selector), terms, portions, swapped);
        _assertCancels(id, terms, portions, abi.encodePacked(wallet, one, two));
    }

    function testRefusesAContractWalletOfAnotherParticipant() public {
        (address first, uint256 firstSecret) = makeAddrAndKey("wallet owner one");
        address wallet = address(new Wallet(first, first));
        _asRegistrar();
        tally.setKey(wallet, SECOND, START, KEY_UNTIL);
        (uint256 id, Terms memory terms, Portion[] memory portions) = _accepted();
        bytes memory one = _signStruct(_struct(id, 0), firstSecret);
        bytes memory consent = abi.encodePacked(wallet, one, one);
        _refused(abi.encodeWithSelector(IPayables.BadSignature.selector), terms, portions, consent);
    }

    function _assertCancels(uint256 id, Terms memory terms, Portion[] memory portions, bytes memory consent) private {
        Debt memory debt = _debt(id);
        vm.expectEmit(address(tally));
        emit IPayables.Cancelled(id);
        _cancel(terms, portions, consent);
        debt.state = PAYABLE_CANCELLED;
        debt.outstanding = 0;
        vm.assertEq(abi.encode(_debt(id)), abi.encode(debt), "payable");
        vm.assertEq(tally.lotWord(id << 96), 0, "root lot");
        vm.assertEq(_credit(OBLIGOR).used, 0, "used");
        for (uint256 i = 0; i < portions.length; ++i) {
            vm.assertEq(_occupied(OBLIGOR, portions[i].fingerprint), 0, "occupied");
        }
    }
}
