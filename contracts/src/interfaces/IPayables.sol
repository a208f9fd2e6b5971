// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Portion, Terms} from "./Types.sol";

/// @notice Confirmed debts: issue, accept, refuse, cancel.
interface IPayables {
    event Issued(
        uint256 indexed payableId,
        uint32 indexed obligor,
        uint32 indexed payee,
        uint16 profile,
        uint16 currency,
        uint32 due,
        uint72 face,
        bytes32 terms,
        bytes32 salt,
        Portion[] portions
    );
    event Accepted(uint256 indexed payableId);
    event Refused(uint256 indexed payableId);
    event Cancelled(uint256 indexed payableId);

    error NotObligor(uint32 participant, uint32 obligor);
    error NotPayee(uint32 participant, uint32 payee);
    error PayableExists(uint256 payableId);
    error UnknownPayable(uint256 payableId);
    error WrongState(uint256 payableId, uint8 state);
    error NoPortions();
    error PortionsNotSorted(uint256 index);
    error PortionZero(uint256 index);
    error FaceMismatch(uint72 face, uint256 sum);
    error InvoiceExceeded(bytes32 fingerprint, uint72 occupied, uint72 amount, uint72 total);
    error InvoiceMismatch(bytes32 fingerprint, uint72 total, uint16 currency);
    error TenorTooLong(uint32 due, uint32 latest);
    error DueNotInFuture(uint32 due);
    error LimitExceeded(uint32 obligor, uint16 currency, uint72 limit, uint72 used, uint72 face);
    error NoPaymentAgent(uint32 obligor, uint16 currency);
    error ObligorOverdue(uint32 obligor, uint16 currency, uint16 overdue);
    error AmountTooSmall(uint72 amount, uint72 smallest);
    error CancellationBarred(uint256 payableId);
    error BadSignature();

    /// @notice Signed by the obligor. Occupies the invoices and the limit; the payee accepts or refuses next.
    function issue(Terms calldata terms, Portion[] calldata portions) external returns (uint256 payableId);
    /// @notice Signed by the payee; afterwards the promise is unconditional.
    function accept(uint256 payableId) external;
    /// @notice Signed by the payee before acceptance. Releases limit and invoices.
    function refuse(Terms calldata terms, Portion[] calldata portions) external;
    /// @notice Signed by the obligor; after acceptance with the payee's EIP-712 `Cancellation(uint256 payableId,uint16 version)` too,
    /// only while the root lot is whole, unencumbered and the payee's and nothing was paid. `version` is the root lot's.
    function cancel(Terms calldata terms, Portion[] calldata portions, bytes calldata payeeConsent) external;
}
