// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import "./Base.t.sol";

contract RefuseTest is Base {
    function _refused(bytes memory reason, uint32 by, Terms memory terms, Portion[] memory portions) private {
        vm.expectRevert(reason);
        _as(by);
        tally.refuse(terms, portions);
    }

    function testRefusesTermsThatNameNoPayable() public {
        (Terms memory terms, Portion[] memory portions) = (_terms(FACE), _portions(FACE));
        uint256 id = tally.payableIdOf(terms, portions);
        _refused(abi.encodeWithSelector(IPayables.UnknownPayable.selector, id), SUPPLIER, terms, portions);
    }

    function testRefusesAnotherListOfInvoices() public {
        (Terms memory terms, Portion[] memory portions) = (_terms(FACE), _portions(FACE, 2));
        _issue(terms, portions);
        portions[0].amount -= 1;
        portions[1].amount += 1;
        uint256 id = tally.payableIdOf(terms, portions);
        _refused(abi.encodeWithSelector(IPayables.UnknownPayable.selector, id), SUPPLIER, terms, portions);
    }

    function testRefusesAfterAcceptance() public {
        (Terms memory terms, Portion[] memory portions) = (_terms(FACE), _portions(FACE));
        uint256 id = _issue(terms, portions);
        _accept(id);
        _refused(abi.encodeWithSelector(IPayables.WrongState.selector, id, PAYABLE_ACTIVE), SUPPLIER, terms, portions);
    }

    function testRefusesASecondRefusal() public {
        (Terms memory terms, Portion[] memory portions) = (_terms(FACE), _portions(FACE));
        uint256 id = _issue(terms, portions);
        _as(SUPPLIER);
        tally.refuse(terms, portions);
        _refused(abi.encodeWithSelector(IPayables.WrongState.selector, id, PAYABLE_REFUSED), SUPPLIER, terms, portions);
    }

    function testRefusesAnyoneButThePayee() public {
        (Terms memory terms, Portion[] memory portions) = (_terms(FACE), _portions(FACE));
        _issue(terms, portions);
        uint32[4] memory others = [OBLIGOR, SECOND, FUNDER, AGENT];
        for (uint256 i = 0; i < others.length; ++i) {
            _refused(
                abi.encodeWithSelector(IPayables.NotPayee.selector, others[i], SUPPLIER), others[i], terms, portions
            );
        }
    }

    function testRefusesAnUnknownKey() public {
        (Terms memory terms, Portion[] memory portions) = (_terms(FACE), _portions(FACE));
        _issue(terms, portions);
        vm.expectRevert(abi.encodeWithSelector(IRegistrar.UnknownKey.selector, stranger));
        vm.prank(stranger);
        tally.refuse(terms, portions);
    }

    function testRefusesASuspendedPayee() public {
        (Terms memory terms, Portion[] memory portions) = (_terms(FACE), _portions(FACE));
        _issue(terms, portions);
        _suspend(SUPPLIER, ROLE_SUPPLIER);
        bytes memory reason =
            abi.encodeWithSelector(IRegistrar.ParticipantInactive.selector, SUPPLIER, STATUS_SUSPENDED);
        _refused(reason, SUPPLIER, terms, portions);
    }

    function testFreesInvoicesAndLimitAndEndsTheLot(uint72 face, uint8 invoices, uint72 others) public {
        face = uint72(bound(face, SMALLEST, LIMIT / 2));
        others = uint72(bound(others, SMALLEST, LIMIT / 2));
        (Terms memory terms, Portion[] memory portions) = (_terms(face), _portions(face, bound(invoices, 1, 8)));
        uint256 id = _issue(terms, portions);
        _issue(others);
        Debt memory debt = _debt(id);
        vm.expectEmit(address(tally));
        emit IPayables.Refused(id);
        _as(SUPPLIER);
        tally.refuse(terms, portions);
        debt.state = PAYABLE_REFUSED;
        debt.outstanding = 0;
        vm.assertEq(abi.encode(_debt(id)), abi.encode(debt), "payable");
        vm.assertEq(tally.lotWord(id << 96), 0, "root lot");
        vm.assertEq(_credit(OBLIGOR).used, others, "used");
        for (uint256 i = 0; i < portions.length; ++i) {
            uint256 word = tally.invoiceWord(OBLIGOR, portions[i].fingerprint);
            vm.assertEq(uint72(word), 0, "occupied");
            vm.assertEq(uint72(word >> 72), portions[i].total, "total");
            vm.assertEq(word >> 144, CNY, "currency");
        }
    }

    function testRefusalStaysOpenWhenVerificationExpiredOrTheProfileIsPaused() public {
        (Terms memory terms, Portion[] memory portions) = (_terms(FACE), _portions(FACE));
        uint256 id = _issue(terms, portions);
        _expire(SUPPLIER, ROLE_SUPPLIER);
        _asRegistrar();
        tally.pauseProfile(PROFILE, true);
        _as(SUPPLIER);
        tally.refuse(terms, portions);
        vm.assertEq(_debt(id).state, PAYABLE_REFUSED);
    }

    function testRefusedInvoicesMayBackAnotherDebt() public {
        (Terms memory terms, Portion[] memory portions) = (_terms(FACE), _portions(FACE));
        _issue(terms, portions);
        _as(SUPPLIER);
        tally.refuse(terms, portions);
        terms.salt = keccak256("again");
        uint256 id = _issue(terms, portions);
        vm.assertEq(_debt(id).state, PAYABLE_ISSUED);
        vm.assertEq(_occupied(OBLIGOR, portions[0].fingerprint), FACE);
    }
}
