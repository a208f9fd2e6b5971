// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import "../../src/interfaces/Types.sol";
import {ITallystick} from "../../src/interfaces/ITallystick.sol";
import {Test} from "../Test.sol";
import {Handler} from "./Handler.sol";
import {World} from "./World.sol";

/// @notice What holds at every moment, whoever did what in whatever order. A call of a handler that reverts fails the test too.
contract InvariantsTest is Test {
    uint32 private constant OBLIGOR = 1;
    uint16 private constant CNY = 156;
    uint256 private constant KEYS = 6;
    uint256 private constant INVOICE_TOTAL = 1_500_000;
    Handler private _world;
    ITallystick private _tally;
    string[] private _acts;

    function setUp() public {
        _world = new Handler();
        _world.setUp();
        _tally = _world.book();
        _listActs();
        bytes4[] memory selectors = new bytes4[](_acts.length);
        for (uint256 i = 0; i < _acts.length; ++i) {
            selectors[i] = bytes4(keccak256(bytes(_acts[i])));
        }
        _target(address(_world), selectors);
    }

    function _listActs() private {
        // Without time nothing falls due.
        _acts.push("pass(uint256)");
        _acts.push("pass(uint256)");
        _acts.push("issue(uint256,uint72)");
        _acts.push("accept(uint256)");
        _acts.push("refuse(uint256)");
        _acts.push("cancel(uint256)");
        _acts.push("setOff(uint256)");
        _acts.push("passPart(uint256,uint256)");
        _acts.push("passWhole(uint256)");
        _acts.push("offerOnChain(uint256,bool)");
        _acts.push("split(uint256,uint256)");
        _acts.push("merge(uint256)");
        _acts.push("lock(uint256)");
        _acts.push("release(uint256)");
        _acts.push("discharge(uint256)");
        _acts.push("finance(uint256,bool,bool,bool)");
        _acts.push("releasePledge(uint256)");
        _acts.push("recordPayment(uint256,uint72)");
        _acts.push("redeem(uint256)");
        _acts.push("openRound(uint256)");
        _acts.push("redeemInRound(uint256)");
        _acts.push("closeRound(uint256)");
        _acts.push("freeze(uint256,uint72)");
        _acts.push("forceTransfer(uint256,uint72)");
        _acts.push("reversePayment(uint256,uint72)");
        _acts.push("reopen(uint256)");
        _acts.push("suspendRedemption(uint256,bool)");
        _acts.push("pauseProfile(uint256)");
        _acts.push("setParticipant(uint256,uint32)");
        _acts.push("revokeOffers(uint256)");
        _acts.push("markOverdue(uint256)");
    }

    /// @dev That the handlers do not hold vacuously: in a few worlds every act succeeds at least once.
    function testEveryActHappens() public {
        uint256[] memory done = new uint256[](_acts.length);
        for (uint256 world = 0; world < 8; ++world) {
            if (world != 0) (_world = new Handler()).setUp();
            for (uint256 i = 0; i < 600; ++i) {
                _random(uint256(keccak256(abi.encode(world, i))));
            }
            for (uint256 i = 0; i < _acts.length; ++i) {
                done[i] += _world.calls(_name(_acts[i]));
            }
        }
        for (uint256 i = 0; i < _acts.length; ++i) {
            vm.assertGt(done[i], 0, _acts[i]);
        }
    }

    function _random(uint256 seed) private {
        bytes4 selector = bytes4(keccak256(bytes(_acts[seed % _acts.length])));
        uint256 other = uint256(keccak256(abi.encode(seed)));
        // Arguments fit every act: the second is at most 32 bits or a bool, the rest are bools.
        bytes memory call = abi.encodeWithSelector(selector, seed >> 8, other % 2, other / 2 % 2, other / 4 % 2);
        (bool done,) = address(_world).call(call);
        vm.assertTrue(done);
    }

    /// @dev "issue" of "issue(uint256,uint72)".
    function _name(string memory act) private pure returns (string memory name) {
        bytes memory text = bytes(act);
        uint256 end = 0;
        while (text[end] != "(") ++end;
        bytes memory part = new bytes(end);
        for (uint256 i = 0; i < end; ++i) {
            part[i] = text[i];
        }
        return string(part);
    }

    struct Sums {
        uint256 live;
        uint256 frozen;
        uint256 used;
        uint256 overdue;
        uint256[3] occupied;
    }

    /// @dev All of it in one walk: a run calls this after every act.
    function invariant_EverythingAddsUp() public view {
        Sums memory all;
        for (uint256 i = 0; i < _world.debtsCount(); ++i) {
            _checkDebt(_world.debtAt(i), all);
        }
        uint256 credit = _tally.limitWord(OBLIGOR, CNY);
        vm.assertEq(uint72(credit >> 72), all.used, "used is the sum of what is open");
        vm.assertEq(uint16(credit >> 176), all.overdue, "overdue debts are counted");
        for (uint256 i = 0; i < 3; ++i) {
            uint256 occupied = uint72(_tally.invoiceWord(OBLIGOR, bytes32(i + 1)));
            vm.assertEq(occupied, all.occupied[i], "an invoice is occupied by the debts that stand");
            vm.assertLe(occupied, INVOICE_TOTAL, "never beyond its total");
        }
    }

    function _checkDebt(uint256 id, Sums memory all) private view {
        World.Account memory account = _world.account(id);
        uint256 word = _tally.payableWord(id);
        (uint256 outstanding, uint256 available) = (uint72(word >> 88), uint72(word >> 160));
        (uint256 live, uint256 frozen) = _checkLots(id);
        vm.assertEq(outstanding, live, "outstanding is the sum of live lots");
        vm.assertLe(available, outstanding, "available is at most outstanding");
        uint256 ended = account.redeemed - account.reopened + account.released + account.cancelled;
        vm.assertEq(live + ended, account.face, "conservation to the cent");
        vm.assertEq(account.paid, available + account.redeemed + account.reversed, "no cash but what was paid in");
        vm.assertEq(frozen, account.frozen, "what is frozen stays frozen");
        vm.assertEq(uint32(word >> 48), account.terms.due, "the due time never moves");
        _checkRound(id, uint8(word >> 80), outstanding, account.lines);
        all.used += outstanding - available;
        if (uint8(word >> 80) & PAYABLE_OVERDUE != 0) all.overdue += 1;
        if (account.cancelled == 0) all.occupied[uint256(account.portions[0].fingerprint) - 1] += account.face;
    }

    function _checkRound(uint256 id, uint8 state, uint256 outstanding, uint256 lines) private view {
        uint256 round = _tally.roundWord(id);
        vm.assertEq(round != 0, state & PAYABLE_ROUND_OPEN != 0, "a round's word lives while it is open");
        if (round == 0) return;
        vm.assertLe(uint72(round >> 72), uint72(round), "seen is at most base");
        vm.assertEq(uint72(round) - outstanding, lines, "lines are what is redeemed in the round");
        vm.assertLe(lines, uint72(round >> 144), "lines are at most the payment");
    }

    function _checkLots(uint256 id) private view returns (uint256 live, uint256 frozen) {
        uint256[] memory lots = _world.lotsAt(id);
        for (uint256 i = 0; i < lots.length; ++i) {
            uint256 word = _tally.lotWord(lots[i]);
            uint256 flags = uint8(word >> 136);
            frozen += _tally.frozenOf(lots[i]);
            vm.assertEq(_tally.frozenOf(lots[i]) != 0, flags & LOT_FROZEN != 0, "frozen amount and flag");
            vm.assertEq(_tally.recourseOf(lots[i]) != 0, flags & LOT_RECOURSE != 0, "recourse and flag");
            vm.assertEq(
                _tally.consentOf(lots[i]) != 0,
                flags & (LOT_OFFERED | LOT_FINANCING) != 0,
                "consent while its lock stands"
            );
            vm.assertLe(uint8(word >> 104), 6, "hops stay within the profile");
            vm.assertEq(uint32(word >> 152) != 0, uint32(word >> 184) != 0, "a lock has a party and a time");
            if (uint32(word) != 0 && flags & LOT_ENDED == 0) live += uint72(word >> 32);
        }
    }

    /// @dev A key's copy of its participant's standing is what the participant's word says.
    function invariant_KeysKnowTheirParticipants() public view {
        uint32[6] memory all = [uint32(1), 11, 12, 13, 21, 31];
        for (uint256 i = 0; i < all.length; ++i) {
            bytes32 slot = keccak256(abi.encode(_world.keyOfParticipant(all[i]), KEYS));
            uint256 copy = uint256(vm.load(address(_tally), slot)) >> 96;
            vm.assertEq(copy, uint80(_tally.participantWord(all[i])), "standing");
        }
    }
}
