// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import "./Parts.sol";

/// @notice Attacks by name: what someone would try, and what stops it. Those on money stand with the function they aim at.
contract AttacksTest is Parts {
    uint256 private constant CURVE_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;
    uint256 private _id;
    uint256 private _root;

    function setUp() public override {
        super.setUp();
        (_id, _root) = _issueAccepted(FACE);
    }

    /// @dev A part offer to SECOND and its signature by the holder.
    function _signed() private view returns (Offer memory offer, bytes memory signature) {
        offer = _offer(_root, 0, FACE / 2, SECOND);
        signature = _sign(offer, secretOf[SUPPLIER]);
    }

    /* A SIGNED OFFER USED TWICE OR ELSEWHERE */

    function testAnOfferForAnotherChain(uint64 chain) public {
        chain = uint64(bound(chain, 1, type(uint64).max));
        vm.assume(chain != block.chainid);
        (Offer memory offer, bytes memory signature) = _signed();
        vm.chainId(chain);
        vm.expectPartialRevert(IRegistrar.UnknownKey.selector);
        _submit(offer, signature);
    }

    function testAnOfferForAnotherContract() public {
        Offer memory offer = _offer(_root, 0, FACE / 2, SECOND);
        bytes32 digest = keccak256(abi.encodePacked("\x19\x01", _domain(address(manager)), _offerStruct(offer)));
        bytes memory signature = _signDigest(digest, secretOf[SUPPLIER]);
        vm.expectPartialRevert(IRegistrar.UnknownKey.selector);
        _submit(offer, signature);
    }

    function testAnOfferForAnotherLotOfTheSameHolder() public {
        (, uint256 other) = _issueAccepted(FACE);
        (Offer memory offer, bytes memory signature) = _signed();
        offer.lot = other;
        vm.expectPartialRevert(IRegistrar.UnknownKey.selector);
        _submit(offer, signature);
    }

    function testAPartOfferTwice() public {
        (Offer memory offer, bytes memory signature) = _signed();
        _submit(offer, signature);
        vm.expectRevert(abi.encodeWithSelector(ILots.ChildSpent.selector, _root, 0));
        _submit(offer, signature);
    }

    function testAWholeOfferTwiceAfterTheLotCameBack() public {
        Offer memory offer = _offer(_root, WHOLE, FACE, SECOND);
        bytes memory signature = _sign(offer, secretOf[SUPPLIER]);
        _submit(offer, signature);
        _passWhole(_root, SUPPLIER);
        vm.expectRevert(abi.encodeWithSelector(ILots.OfferStale.selector, _root, 2));
        _submit(offer, signature);
    }

    function testAnOfferTakenByTheRecipientsRival() public {
        (Offer memory offer, bytes memory signature) = _signed();
        vm.expectRevert(abi.encodeWithSelector(IOffers.NotRecipient.selector, THIRD, SECOND));
        _as(THIRD);
        tally.acceptOffer(offer, signature);
    }

    /* THE WORD LOOKS THE SAME AGAIN */

    function _staleAfter(uint16 version, Offer memory offer, bytes memory signature) private {
        vm.expectRevert(abi.encodeWithSelector(ILots.OfferStale.selector, _root, version));
        _submit(offer, signature);
    }

    function testAnOfferAfterLockAndRelease() public {
        (Offer memory offer, bytes memory signature) = _signed();
        _lockFor(_root, FUNDER, START + 1 hours);
        _as(FUNDER);
        tally.release(_root);
        _staleAfter(2, offer, signature);
    }

    function testAnOfferAfterFreezeAndItsLifting() public {
        (Offer memory offer, bytes memory signature) = _signed();
        _freeze(_root, FACE);
        _freeze(_root, 0);
        _staleAfter(2, offer, signature);
    }

    function testAnOfferAfterPledgeAndItsRelease() public {
        (Offer memory offer, bytes memory signature) = _signed();
        _pledge(_root);
        _as(FUNDER);
        tally.releasePledge(_root, RECEIPT);
        _staleAfter(3, offer, signature);
    }

    function testAnOfferAfterAForcedTransferThereAndBack() public {
        (Offer memory offer, bytes memory signature) = _signed();
        vm.startPrank(registrar);
        tally.forceTransfer(_root, WHOLE, FACE, THIRD, BASIS);
        tally.forceTransfer(_root, WHOLE, FACE, SUPPLIER, BASIS);
        vm.stopPrank();
        _staleAfter(2, offer, signature);
    }

    function testAnOfferAfterAMerge() public {
        uint256 child = _splitOff(_root, 1, FACE / 4);
        (Offer memory offer, bytes memory signature) = _signed();
        _as(SUPPLIER);
        tally.merge(_root, _one(child));
        _staleAfter(1, offer, signature);
    }

    /* WHAT CAME BETWEEN */

    function testAnOfferAfterALock() public {
        (Offer memory offer, bytes memory signature) = _signed();
        _lockFor(_root, FUNDER, START + 1 hours);
        _staleAfter(1, offer, signature);
    }

    function testAnOfferAfterAFreeze() public {
        (Offer memory offer, bytes memory signature) = _signed();
        _freeze(_root, 1);
        _staleAfter(1, offer, signature);
    }

    function testAnOfferAfterATransfer() public {
        (Offer memory offer, bytes memory signature) = _signed();
        _passWhole(_root, THIRD);
        _staleAfter(1, offer, signature);
    }

    function testAnOfferAfterItsDeadline() public {
        (Offer memory offer, bytes memory signature) = _signed();
        Offer memory next = _offer(_root, 1, FACE / 4, SECOND);
        bytes memory nexts = _sign(next, secretOf[SUPPLIER]);
        vm.warp(offer.deadline);
        vm.assertEq(_lot(_submit(offer, signature)).holder, SECOND, "its last second");
        vm.warp(uint256(next.deadline) + 1);
        vm.expectRevert(abi.encodeWithSelector(IOffers.OfferExpired.selector, next.deadline));
        _submit(next, nexts);
    }

    /* KEYS */

    function testAKeyRotatedInFlight() public {
        (Offer memory offer, bytes memory signature) = _signed();
        (address next, uint256 secret) = makeAddrAndKey("the supplier's next key");
        vm.startPrank(registrar);
        tally.setKey(next, SUPPLIER, START, KEY_UNTIL);
        tally.setKey(keyOf[SUPPLIER], SUPPLIER, START - 1, START);
        vm.stopPrank();
        vm.expectRevert(abi.encodeWithSelector(IRegistrar.KeyNotValid.selector, keyOf[SUPPLIER], START - 1, START));
        _submit(offer, signature);
        vm.assertEq(_lot(_submit(offer, _sign(offer, secret))).holder, SECOND);
    }

    function testAnOfferOfARevokedKey() public {
        (Offer memory offer, bytes memory signature) = _signed();
        _as(SUPPLIER);
        tally.revokeKey(keyOf[SUPPLIER]);
        vm.expectRevert(abi.encodeWithSelector(IRegistrar.KeyNotValid.selector, keyOf[SUPPLIER], START, START));
        _submit(offer, signature);
    }

    function testAKeyThatIsNotValidYet(uint32 from) public {
        from = uint32(bound(from, START + 1, KEY_UNTIL - 1));
        (address early, uint256 secret) = makeAddrAndKey("a key for later");
        _asRegistrar();
        tally.setKey(early, SUPPLIER, from, KEY_UNTIL);
        Offer memory offer = _offer(_root, 0, FACE / 2, SECOND);
        bytes memory signature = _sign(offer, secret);
        vm.expectRevert(abi.encodeWithSelector(IRegistrar.KeyNotValid.selector, early, from, KEY_UNTIL));
        _submit(offer, signature);
    }

    function testTheOtherFormOfASignature() public {
        Offer memory offer = _offer(_root, 0, FACE / 2, SECOND);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(secretOf[SUPPLIER], tally.offerHash(offer));
        bytes memory other = abi.encodePacked(r, bytes32(CURVE_ORDER - uint256(s)), v == 27 ? uint8(28) : uint8(27));
        vm.expectRevert(IPayables.BadSignature.selector);
        _submit(offer, other);
    }

    function testASignatureThatRecoversToNobody(bytes32 r, uint8 v) public {
        v = uint8(bound(v, 0, 26));
        Offer memory offer = _offer(_root, 0, FACE / 2, SECOND);
        vm.expectRevert(IPayables.BadSignature.selector);
        _submit(offer, abi.encodePacked(r, bytes32(uint256(1)), v));
    }

    function testAWalletThatIsNoContract() public {
        (address plain,) = makeAddrAndKey("no contract");
        _asRegistrar();
        tally.setKey(plain, SUPPLIER, START, KEY_UNTIL);
        Offer memory offer = _offer(_root, 0, FACE / 2, SECOND);
        vm.expectRevert(IPayables.BadSignature.selector);
        _submit(offer, abi.encodePacked(plain, bytes32(0)));
    }

    /// @dev A key carries a copy of its participant's standing: no order of acts may leave an old one in use.
    function testAKeyKeptAsideWhileItsParticipantIsSuspended() public {
        (address aside,) = makeAddrAndKey("kept aside");
        vm.startPrank(registrar);
        tally.setKey(aside, SUPPLIER, START, START + 1 days);
        vm.warp(START + 1 days);
        // Its place in the keyring goes to another key, and its copy is left behind.
        for (uint256 i = 0; i < 15; ++i) {
            tally.setKey(address(uint160(0xA000 + i)), SUPPLIER, START, KEY_UNTIL);
        }
        tally.setParticipant(SUPPLIER, ROLE_SUPPLIER, STATUS_SUSPENDED, VERIFIED_UNTIL, keyOf[SUPPLIER], 0);
        vm.expectRevert(abi.encodeWithSelector(IRegistrar.BadArgument.selector, "keys"));
        tally.setKey(aside, SUPPLIER, START, KEY_UNTIL);
        tally.setKey(address(0xA000), SUPPLIER, START, START + 1);
        tally.setKey(aside, SUPPLIER, START, KEY_UNTIL);
        vm.stopPrank();
        bytes4 inactive = IRegistrar.ParticipantInactive.selector;
        vm.expectRevert(abi.encodeWithSelector(inactive, SUPPLIER, STATUS_SUSPENDED));
        vm.prank(aside);
        tally.lock(_root, FUNDER, START + 2 days);
    }

    function testEveryKeyOfASuspendedParticipantIsStoppedAtOnce() public {
        address[15] memory keys;
        for (uint256 i = 0; i < keys.length; ++i) {
            keys[i] = address(uint160(0xA000 + i));
            _asRegistrar();
            tally.setKey(keys[i], SUPPLIER, START, KEY_UNTIL);
        }
        _suspend(SUPPLIER, ROLE_SUPPLIER);
        for (uint256 i = 0; i < keys.length; ++i) {
            bytes4 inactive = IRegistrar.ParticipantInactive.selector;
            vm.expectRevert(abi.encodeWithSelector(inactive, SUPPLIER, STATUS_SUSPENDED));
            vm.prank(keys[i]);
            tally.lock(_root, FUNDER, START + 1 days);
        }
    }

    /* DEBTS */

    function testAnObligorThatCancelsWhenThePayeeWasFaster() public {
        (Terms memory terms, Portion[] memory portions) = (_terms(FACE), _portions(FACE));
        uint256 id = _issue(terms, portions);
        _accept(id);
        vm.expectRevert(IPayables.BadSignature.selector);
        _as(OBLIGOR);
        tally.cancel(terms, portions, "");
        vm.assertEq(_debt(id).state, PAYABLE_ACTIVE);
    }

    function testAPayeeThatAcceptsWhatTheObligorHasTakenBack() public {
        (Terms memory terms, Portion[] memory portions) = (_terms(FACE), _portions(FACE));
        uint256 id = _issue(terms, portions);
        _as(OBLIGOR);
        tally.cancel(terms, portions, "");
        vm.expectRevert(abi.encodeWithSelector(IPayables.WrongState.selector, id, PAYABLE_CANCELLED));
        _as(SUPPLIER);
        tally.accept(id);
    }

    function testAnInvoiceReleasedIsUsedAgainOnlyUpToItsTotal(uint72 amount) public {
        amount = uint72(bound(amount, SMALLEST, FACE));
        (Terms memory terms, Portion[] memory portions) = (_terms(FACE), _portions(FACE));
        _issue(terms, portions);
        _as(SUPPLIER);
        tally.refuse(terms, portions);
        Terms memory again = _terms(amount);
        portions[0].amount = amount;
        _issue(again, portions);
        Terms memory more = _terms(FACE - amount + SMALLEST);
        portions[0].amount = FACE - amount + SMALLEST;
        bytes4 exceeded = IPayables.InvoiceExceeded.selector;
        vm.expectRevert(abi.encodeWithSelector(exceeded, portions[0].fingerprint, amount, more.face, FACE));
        _issue(more, portions);
    }

    function testALimitLoweredBelowItsUseStopsNewDebtsOnly() public {
        _asRegistrar();
        tally.setLimit(OBLIGOR, CNY, 1, AGENT);
        vm.assertEq(_lot(_passPart(_root, 0, FACE / 2, SECOND)).holder, SECOND);
        (Terms memory terms, Portion[] memory portions) = (_terms(SMALLEST), _portions(SMALLEST));
        bytes4 exceeded = IPayables.LimitExceeded.selector;
        vm.expectRevert(abi.encodeWithSelector(exceeded, OBLIGOR, CNY, 1, FACE, SMALLEST));
        _issue(terms, portions);
    }

    function testTheLargestFaceThereIs() public {
        _asRegistrar();
        tally.setLimit(OTHER_OBLIGOR, CNY, type(uint72).max, OTHER_AGENT);
        Terms memory terms = _terms(type(uint72).max);
        terms.obligor = OTHER_OBLIGOR;
        uint256 id = _issue(terms, _portions(type(uint72).max));
        _accept(id);
        vm.assertEq(_debt(id).outstanding, type(uint72).max);
        vm.assertEq(_credit(OTHER_OBLIGOR).used, type(uint72).max);
        uint256 child = _passPart(id << 96, 0, type(uint72).max - SMALLEST, SECOND);
        vm.assertEq(_lot(child).amount, type(uint72).max - SMALLEST);
        Terms memory one = _terms(SMALLEST);
        one.obligor = OTHER_OBLIGOR;
        Portion[] memory portions = _portions(SMALLEST);
        vm.expectPartialRevert(IPayables.LimitExceeded.selector);
        _issue(one, portions);
    }

    function testCalldataWithDirtyBits(uint8 field) public {
        (Terms memory terms, Portion[] memory portions) = (_terms(FACE), _portions(FACE));
        bytes memory call = abi.encodeCall(IPayables.issue, (terms, portions));
        // obligor, payee, profile, due, face; then amount and total of the portion.
        uint256[7] memory places = [uint256(0), 1, 2, 3, 4, 10, 11];
        uint256 at = 4 + 32 * places[bound(field, 0, 6)];
        call[at] = 0x80;
        _as(OBLIGOR);
        (bool done, bytes memory answer) = address(tally).call(call);
        vm.assertFalse(done);
        vm.assertEq(answer.length, 0);
    }

    /* DUST */

    /// @dev However a claim is cut, no lot is smaller than the profile's, and no lot has more children or depth than it allows.
    function testDustIsBoundedByTheProfile() public {
        uint72 rest = FACE;
        for (uint8 i = 0; i < CHILDREN; ++i) {
            _passPart(_root, i, SMALLEST, SECOND);
            rest -= SMALLEST;
        }
        Offer memory offer = _offer(_root, CHILDREN, SMALLEST, SECOND);
        bytes memory signature = _sign(offer, secretOf[SUPPLIER]);
        vm.expectRevert(abi.encodeWithSelector(ILots.ChildOutOfRange.selector, CHILDREN, CHILDREN));
        _submit(offer, signature);
        // What is left moves on whole.
        vm.assertEq(_lot(_passWhole(_root, THIRD)).amount, rest);
        uint256 dust = tally.childOf(_root, 0);
        offer = _offer(dust, 0, SMALLEST / 2, THIRD);
        signature = _sign(offer, secretOf[SECOND]);
        vm.expectRevert(abi.encodeWithSelector(ILots.AmountOutOfRange.selector, dust, SMALLEST / 2, SMALLEST));
        _submit(offer, signature);
    }

    /* A PAUSE AROUND ITS EDGES */

    function testAPauseStopsNewDebtsAndSalesAndNothingElse() public {
        _lockFor(_root, FUNDER, START + 1 days);
        _asRegistrar();
        tally.pauseProfile(PROFILE, true);
        (Terms memory terms, Portion[] memory portions) = (_terms(FACE), _portions(FACE));
        vm.expectRevert(abi.encodeWithSelector(IRegistrar.ProfileIsPaused.selector, PROFILE));
        _issue(terms, portions);
        Offer memory offer = _offer(_root, WHOLE, FACE, FUNDER);
        bytes memory signature = _sign(offer, secretOf[SUPPLIER]);
        vm.expectRevert(abi.encodeWithSelector(IRegistrar.ProfileIsPaused.selector, PROFILE));
        _submit(offer, signature);
        _as(FUNDER);
        tally.release(_root);
        _pay(_id, FACE);
        _toRedemption(_id);
        _redeem(_root);
        vm.assertEq(_debt(_id).state, PAYABLE_SETTLED);
    }

    /// @dev Neither a list nor an offer made before goes around a pause.
    function testAPauseIsNotGoneAroundByAListOrAnEarlierOffer() public {
        (, uint256 other) = _issueAccepted(FACE);
        Offer memory made = _offer(other, WHOLE, FACE, SECOND);
        _as(SUPPLIER);
        tally.makeOffer(made);
        (Offer[] memory offers, bytes[] memory signatures) = (new Offer[](1), new bytes[](1));
        (offers[0], signatures[0]) = _signed();
        (Terms[] memory terms, Portion[][] memory portions) = (new Terms[](1), new Portion[][](1));
        (terms[0], portions[0]) = (_terms(FACE), _portions(FACE));
        _asRegistrar();
        tally.pauseProfile(PROFILE, true);
        bytes memory paused = abi.encodeWithSelector(IRegistrar.ProfileIsPaused.selector, PROFILE);
        vm.expectRevert(_legFailed(0, paused));
        _as(OBLIGOR);
        tally.issueMany(terms, portions);
        vm.expectRevert(_legFailed(0, paused));
        _as(SECOND);
        tally.acceptOffers(offers, signatures);
        vm.expectRevert(paused);
        _submit(made, "");
    }
}
