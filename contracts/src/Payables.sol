// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IPayables} from "./interfaces/IPayables.sol";
import {IRegistrar} from "./interfaces/IRegistrar.sol";
import "./interfaces/Types.sol";
import {Ids} from "./libraries/Ids.sol";
import {Rules} from "./libraries/ProfileWord.sol";
import "./libraries/StandingWords.sol";
import "./libraries/Words.sol";
import {State} from "./State.sol";

/// @notice The part of the core that makes and unmakes debts: issue, accept, refuse, cancel.
abstract contract Payables is State, IPayables {
    /// @inheritdoc IPayables
    function issue(Terms calldata terms, Portion[] calldata portions) external returns (uint256 id) {
        (uint256 actor, Participant standing) = _actor();
        if (actor != terms.obligor) revert NotObligor(uint32(actor), terms.obligor);
        _requireVerified(actor, standing, ROLE_OBLIGOR);
        if (terms.payee == actor) revert IRegistrar.BadArgument("payee is the obligor");
        _requireVerified(terms.payee, _active(terms.payee), ROLE_SUPPLIER | ROLE_FUNDER | ROLE_OBLIGOR);
        _checkRules(terms);
        uint256 currency = Ids.currencyOf(terms.profile);
        id = Ids.payableId(terms, currency, portions);
        if (Payable.unwrap(_payables[id]) != 0) revert PayableExists(id);
        uint256 sum = _occupy(actor, portions, currency);
        if (sum != terms.face) revert FaceMismatch(terms.face, sum);
        _useLimit(actor, currency, sum);
        _payables[id] = PayableWord.issued(terms.obligor, terms.profile, terms.due, terms.face);
        _lots[Ids.root(id)] = LotWord.created(terms.payee, terms.face);
        _emitIssued(id, terms, currency, portions);
    }

    /// @dev As `emit Issued(...)` would. Every field has been read, so none holds more than its type, and the structs lie in calldata
    /// as they stand in the event.
    function _emitIssued(uint256 id, Terms calldata terms, uint256 currency, Portion[] calldata portions) private {
        bytes32 topic = Issued.selector;
        assembly ("memory-safe") {
            let at := mload(0x40)
            let size := mul(portions.length, 0x60)
            calldatacopy(at, add(terms, 0x40), 0x20) // profile
            mstore(add(at, 0x20), currency)
            calldatacopy(add(at, 0x40), add(terms, 0x60), 0x80) // due, face, terms, salt
            mstore(add(at, 0xc0), 0xe0) // where the portions begin
            mstore(add(at, 0xe0), portions.length)
            calldatacopy(add(at, 0x100), portions.offset, size)
            log4(at, add(0x100, size), topic, id, calldataload(terms), calldataload(add(terms, 0x20)))
        }
    }

    /// @inheritdoc IPayables
    function accept(uint256 id) external {
        Payable debt = _payable(id);
        if (debt.state() != PAYABLE_ISSUED) revert WrongState(id, uint8(debt.state()));
        if (block.timestamp >= debt.due()) revert DueNotInFuture(uint32(debt.due()));
        (uint256 actor, Participant standing) = _actor();
        uint256 payee = _lots[Ids.root(id)].holder();
        if (actor != payee) revert NotPayee(uint32(actor), uint32(payee));
        _requireVerified(actor, standing, ROLE_SUPPLIER | ROLE_FUNDER | ROLE_OBLIGOR);
        _payables[id] = debt.withState(PAYABLE_ACTIVE);
        emit Accepted(id);
    }

    /// @inheritdoc IPayables
    function issueMany(Terms[] calldata terms, Portion[][] calldata portions) external returns (uint256[] memory ids) {
        if (terms.length != portions.length) revert LengthMismatch();
        ids = new uint256[](terms.length);
        for (uint256 i = 0; i < terms.length; ++i) {
            ids[i] = abi.decode(_leg(i, abi.encodeCall(IPayables.issue, (terms[i], portions[i]))), (uint256));
        }
    }

    /// @inheritdoc IPayables
    function acceptMany(uint256[] calldata ids) external {
        for (uint256 i = 0; i < ids.length; ++i) {
            _leg(i, abi.encodeCall(IPayables.accept, (ids[i])));
        }
    }

    /// @inheritdoc IPayables
    function refuse(Terms calldata terms, Portion[] calldata portions) external {
        (uint256 id, Payable debt) = _named(terms, portions);
        if (debt.state() != PAYABLE_ISSUED) revert WrongState(id, uint8(debt.state()));
        (uint256 actor,) = _actor();
        if (actor != terms.payee) revert NotPayee(uint32(actor), terms.payee);
        _undo(id, debt.withState(PAYABLE_REFUSED), terms, portions);
        emit Refused(id);
    }

    /// @inheritdoc IPayables
    function cancel(Terms calldata terms, Portion[] calldata portions, bytes calldata payeeConsent) external {
        (uint256 id, Payable debt) = _named(terms, portions);
        (uint256 actor,) = _actor();
        if (actor != terms.obligor) revert NotObligor(uint32(actor), terms.obligor);
        if (debt.state() == PAYABLE_ACTIVE) {
            _checkCancellable(id, debt, terms, payeeConsent);
        } else if (debt.state() != PAYABLE_ISSUED) {
            revert WrongState(id, uint8(debt.state()));
        }
        _undo(id, debt.withState(PAYABLE_CANCELLED), terms, portions);
        emit Cancelled(id);
    }

    /// @dev The profile is in force and allows this debt.
    function _checkRules(Terms calldata terms) private view {
        Rules rules = _rules[terms.profile];
        if (!rules.exists()) revert IRegistrar.UnknownProfile(terms.profile);
        if (block.timestamp < rules.fromTime() || block.timestamp >= rules.untilTime()) {
            revert IRegistrar.ProfileNotInForce(terms.profile, uint32(rules.fromTime()), uint32(rules.untilTime()));
        }
        if (rules.paused()) revert IRegistrar.ProfileIsPaused(terms.profile);
        uint256 due = terms.due;
        if (due <= block.timestamp) revert DueNotInFuture(uint32(due));
        uint256 latest = block.timestamp + rules.tenor();
        if (due > latest) revert TenorTooLong(uint32(due), uint32(latest));
        if (terms.face == 0 || terms.face < rules.smallestLot()) {
            revert AmountTooSmall(terms.face, uint72(rules.smallestLot()));
        }
    }

    /// @dev The sum can't wrap: each addend has 72 bits and calldata can't hold 2**184 of them.
    function _occupy(uint256 obligor, Portion[] calldata portions, uint256 currency) private returns (uint256 sum) {
        if (portions.length == 0) revert NoPortions();
        mapping(bytes32 => InvoiceSlot) storage invoices = _invoices[obligor];
        bytes32 previous;
        for (uint256 i = 0; i < portions.length; ++i) {
            Portion calldata portion = portions[i];
            bytes32 fingerprint = portion.fingerprint;
            if (fingerprint <= previous && i != 0) revert PortionsNotSorted(i);
            previous = fingerprint;
            uint256 amount = portion.amount;
            if (amount == 0) revert PortionZero(i);
            unchecked {
                sum += amount;
            }
            InvoiceSlot storage invoice = invoices[fingerprint];
            invoice.word = _occupied(invoice.word, fingerprint, amount, portion.total, currency);
        }
    }

    /// @dev Total and currency stand since the invoice's first use.
    function _occupied(Invoice invoice, bytes32 fingerprint, uint256 amount, uint72 total, uint256 currency)
        private
        pure
        returns (Invoice)
    {
        Invoice unused = InvoiceWord.unused(total, currency);
        if (Invoice.unwrap(invoice) == 0) invoice = unused;
        // What the word holds beyond its total and currency: nothing but this when they agree.
        uint256 occupied = Invoice.unwrap(invoice) ^ Invoice.unwrap(unused);
        if (occupied > type(uint72).max) {
            revert InvoiceMismatch(fingerprint, uint72(invoice.total()), uint16(invoice.currency()));
        }
        unchecked {
            if (occupied + amount > total) {
                revert InvoiceExceeded(fingerprint, uint72(occupied), uint72(amount), total);
            }
        }
        return invoice.occupiedMore(amount);
    }

    function _useLimit(uint256 obligor, uint256 currency, uint256 face) private {
        uint256 key = _limitKey(obligor, currency);
        Limit limit = _limits[key];
        if (limit.agent() == 0) revert NoPaymentAgent(uint32(obligor), uint16(currency));
        if (limit.overdue() != 0) revert ObligorOverdue(uint32(obligor), uint16(currency), uint16(limit.overdue()));
        uint256 used = limit.used() + face;
        if (used > limit.limit()) {
            revert LimitExceeded(
                uint32(obligor), uint16(currency), uint72(limit.limit()), uint72(limit.used()), uint72(face)
            );
        }
        _limits[key] = limit.withUsed(used);
    }

    function _named(Terms calldata terms, Portion[] calldata portions) private view returns (uint256 id, Payable debt) {
        id = Ids.payableId(terms, Ids.currencyOf(terms.profile), portions);
        debt = _payable(id);
    }

    function _checkCancellable(uint256 id, Payable debt, Terms calldata terms, bytes calldata consent) private view {
        Lot lot = _lots[Ids.root(id)];
        bool whole = lot.holder() == terms.payee && lot.amount() == terms.face && lot.flags() == 0;
        if (!whole || lot.lockParty() != 0 || debt.sequence() != 0) revert CancellationBarred(id);
        _requireSignature(terms.payee, keccak256(abi.encode(Ids.CANCELLATION_TYPE, id, lot.version())), consent);
    }

    /// @dev Refusal and cancellation free the invoices and the limit; the payable's word stays, so its id is spent.
    function _undo(uint256 id, Payable debt, Terms calldata terms, Portion[] calldata portions) private {
        mapping(bytes32 => InvoiceSlot) storage invoices = _invoices[terms.obligor];
        for (uint256 i = 0; i < portions.length; ++i) {
            InvoiceSlot storage invoice = invoices[portions[i].fingerprint];
            invoice.word = invoice.word.withOccupied(invoice.word.occupied() - portions[i].amount);
        }
        uint256 key = _limitKeyOf(debt);
        _limits[key] = _limits[key].relieved(terms.face);
        _payables[id] = debt.withOutstanding(0);
        _forget(Ids.root(id), _lots[Ids.root(id)]);
    }
}
