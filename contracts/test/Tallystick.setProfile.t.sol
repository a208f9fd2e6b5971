// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import "./Base.t.sol";

contract SetProfileTest is Base {
    uint16 private constant NEW = PROFILE + 2;
    uint40 private constant SMALLEST_MAX = 2 ** 39 - 1;

    function _refused(string memory what, Profile memory rules) private {
        _refused(what, NEW, rules);
    }

    function _refused(string memory what, uint16 id, Profile memory rules) private {
        vm.expectRevert(abi.encodeWithSelector(IRegistrar.BadArgument.selector, what));
        _asRegistrar();
        tally.setProfile(id, rules);
    }

    function testRefusesAnyoneButTheRegistrar(address caller) public {
        vm.assume(caller != registrar);
        _expectUnauthorized(caller);
        vm.prank(caller);
        tally.setProfile(NEW, _rules());
    }

    function testRefusesToChangeAProfile() public {
        vm.expectRevert(abi.encodeWithSelector(IRegistrar.ProfileExists.selector, PROFILE));
        _asRegistrar();
        tally.setProfile(PROFILE, _rules());
    }

    function testRefusesToChangeAPausedProfile() public {
        vm.startPrank(registrar);
        tally.pauseProfile(PROFILE, true);
        vm.expectRevert(abi.encodeWithSelector(IRegistrar.ProfileExists.selector, PROFILE));
        tally.setProfile(PROFILE, _rules());
    }

    function testRefusesANumberWithoutACurrency(uint8 variant) public {
        _refused("currency", variant % 64, _rules());
    }

    function testRefusesANumberAboveAllCurrencies(uint16 id) public {
        _refused("currency", uint16(bound(id, 1000 << 6, type(uint16).max)), _rules());
    }

    function testTakesTheFirstAndTheLastNumberOfACurrency() public {
        uint16[4] memory ids = [1 << 6, (1 << 6) + 63, 999 << 6, (999 << 6) + 63];
        for (uint256 i = 0; i < ids.length; ++i) {
            _asRegistrar();
            tally.setProfile(ids[i], _rules());
        }
    }

    function testRefusesAValidityThatEndsBeforeItBegins(uint32 from, uint32 until) public {
        Profile memory rules = _rules();
        rules.from = from;
        rules.until = uint32(bound(until, 0, from));
        _refused("validity", rules);
    }

    function testRefusesNoTenor() public {
        Profile memory rules = _rules();
        rules.tenor = 0;
        _refused("tenor", rules);
    }

    function testRefusesMoreChildrenThanALotHasBits(uint8 children) public {
        Profile memory rules = _rules();
        rules.children = uint8(bound(children, CHILDREN + 1, type(uint8).max));
        _refused("children", rules);
    }

    function testRefusesASmallestLotAboveItsBits(uint40 smallest) public {
        Profile memory rules = _rules();
        rules.smallestLot = uint40(bound(smallest, uint256(SMALLEST_MAX) + 1, type(uint40).max));
        _refused("smallestLot", rules);
    }

    function testKeepsTheRulesAsGiven(uint16 id, Profile memory rules) public {
        id = uint16(bound(id, 1 << 6, (999 << 6) + 63));
        vm.assume(id != PROFILE);
        rules.from = uint32(bound(rules.from, 0, type(uint32).max - 1));
        rules.until = uint32(bound(rules.until, uint256(rules.from) + 1, type(uint32).max));
        rules.tenor = uint32(bound(rules.tenor, 1, type(uint32).max));
        rules.children = uint8(bound(rules.children, 0, CHILDREN));
        rules.smallestLot = uint40(bound(rules.smallestLot, 0, SMALLEST_MAX));
        vm.expectEmit(address(tally));
        emit IRegistrar.ProfileSet(id, rules);
        _asRegistrar();
        tally.setProfile(id, rules);
        (Profile memory kept, bool paused) = tally.profileOf(id);
        vm.assertEq(abi.encode(kept), abi.encode(rules), "rules");
        vm.assertFalse(paused, "paused");
    }

    function testALaterProfileLeavesEarlierPayablesUnderTheirOwnRules() public {
        (uint256 id, uint256 lot) = _issueAccepted(FACE);
        Profile memory strict = _rules();
        strict.hops = 0;
        strict.recordLead = 60 days;
        _asRegistrar();
        tally.setProfile(NEW, strict);
        vm.warp(_recordTime(id) - 1);
        _passWhole(lot, SECOND);
        vm.assertEq(_lot(lot).holder, SECOND);
    }
}
