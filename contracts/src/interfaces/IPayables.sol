// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IBatches} from "./IBatches.sol";
import {Portion, Terms} from "./Types.sol";

/// @notice Confirmed debts: issue, accept, refuse, cancel. Amounts are minor units of the profile's currency, times UTC seconds.
/// @dev Who signs is the participant whose valid key sends the transaction. Nobody is asked but the two parties: what a key's owner does
/// within its company (maker, checker) is the company's affair.
/// Trust: the contract sees fingerprints, not invoices. That an invoice is real, is owed and is not promised elsewhere is what obligor and
/// payee confirm by signing; here it can only not back more than its total.
interface IPayables is IBatches {
    /* EVENTS */

    /// @notice The obligor has confirmed a debt. With it stands all that the id is the hash of.
    /// @param currency ISO 4217 number, which is profile >> 6.
    /// @param due End of the promise's term; from the record time before it lots no longer change hands.
    /// @param terms Hash of the promise's text. The full 32 bytes stand only here and in certificates.
    /// @param portions What it draws from each invoice, as signed.
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
    /// @notice The payee has accepted. From here on nothing between obligor and payee lowers the debt.
    event Accepted(uint256 indexed payableId);
    /// @notice The payee has refused. Limit and invoices are free again; the id is spent.
    event Refused(uint256 indexed payableId);
    /// @notice The obligor has cancelled, after acceptance with the payee's signature. Limit and invoices are free again; the id is spent.
    event Cancelled(uint256 indexed payableId);

    /* ERRORS */

    /// @notice `participant` signs, but the debt is `obligor`'s.
    error NotObligor(uint32 participant, uint32 obligor);
    /// @notice `participant` signs, but the debt is owed to `payee`.
    error NotPayee(uint32 participant, uint32 payee);
    /// @notice The same terms and portions were issued before, whatever became of that debt.
    error PayableExists(uint256 payableId);
    /// @notice There never was such a debt; for acts that name terms, the terms are not those of any.
    error UnknownPayable(uint256 payableId);
    /// @notice The state does not allow it. `state` as it stands: the low nibble and flags of Types.sol.
    error WrongState(uint256 payableId, uint8 state);
    /// @notice A debt stands on at least one invoice.
    error NoPortions();
    /// @notice The fingerprint at `index` is not above the one before: out of order, or twice.
    error PortionsNotSorted(uint256 index);
    /// @notice The portion at `index` draws nothing.
    error PortionZero(uint256 index);
    /// @notice The portions add up to `sum`, not to the face.
    error FaceMismatch(uint72 face, uint256 sum);
    /// @notice Debts have `occupied` of this invoice; `amount` more would exceed its `total`.
    error InvoiceExceeded(bytes32 fingerprint, uint72 occupied, uint72 amount, uint72 total);
    /// @notice The invoice was first used with this `total` and `currency`; they can't change.
    error InvoiceMismatch(bytes32 fingerprint, uint72 total, uint16 currency);
    /// @notice The profile allows due times up to `latest` now.
    error TenorTooLong(uint32 due, uint32 latest);
    /// @notice The due time is now or past.
    error DueNotInFuture(uint32 due);
    /// @notice `used` of `limit` is taken; `face` does not fit any more.
    error LimitExceeded(uint32 obligor, uint16 currency, uint72 limit, uint72 used, uint72 face);
    /// @notice No limit was set for the obligor in this currency, so nobody could record its payments.
    error NoPaymentAgent(uint32 obligor, uint16 currency);
    /// @notice `overdue` debts of the obligor in this currency are late beyond grace; they are paid first.
    error ObligorOverdue(uint32 obligor, uint16 currency, uint16 overdue);
    /// @notice The profile allows no debt below `smallest`.
    error AmountTooSmall(uint72 amount, uint72 smallest);
    /// @notice The root lot was passed on, split, locked, frozen or pledged, or a payment was recorded.
    error CancellationBarred(uint256 payableId);
    /// @notice Not a signature of a valid key of who must sign, malformed, or with the upper half of s.
    error BadSignature();

    /* ACTS */

    /// @notice Confirms a debt. The payee accepts or refuses next; until then the obligor may cancel alone.
    /// @dev Signed by the obligor: active, verified, role obligor. The payee is another participant, active and verified, with role
    /// supplier, funder or obligor. Occupies the invoices and the limit. Emits Issued.
    /// Warning: the invoice's total is what its first user says. It is fixed then, for everyone.
    /// @param terms All that makes the debt but its invoices; `salt` makes equal debts differ.
    /// @param portions Strictly sorted by fingerprint; the amounts add up to `terms.face`.
    /// @return payableId Hash of terms and portions (Reads.payableIdOf). The whole debt is one lot, `payableId << 96`, the payee's.
    function issue(Terms calldata terms, Portion[] calldata portions) external returns (uint256 payableId);

    /// @notice Confirms many debts, `portions[i]` with `terms[i]`; each leg as `issue`.
    /// @dev Signed by the obligor of them all. Errors: LengthMismatch, LegFailed. Invoices may occur in several legs, within their totals.
    function issueMany(Terms[] calldata terms, Portion[][] calldata portions)
        external
        returns (uint256[] memory payableIds);

    /// @notice Accepts a debt before it is due. The promise is unconditional from then on.
    /// @dev Signed by the payee: active and verified. There is no acceptance by silence. Emits Accepted.
    function accept(uint256 payableId) external;

    /// @notice Accepts many debts; each leg as `accept`.
    /// @dev Signed by the payee of them all. Errors: LegFailed.
    function acceptMany(uint256[] calldata payableIds) external;

    /// @notice Refuses a debt that was not accepted yet. Releases limit and invoices.
    /// @dev Signed by the payee, whether verified or not. Terms and portions are given again and checked against the id. Emits Refused.
    function refuse(Terms calldata terms, Portion[] calldata portions) external;

    /// @notice Cancels a debt. Before acceptance the obligor alone; afterwards with the payee's signature too, and only while the root lot is
    /// whole, unencumbered and the payee's and nothing was paid. Releases limit and invoices.
    /// @dev Signed by the obligor. Emits Cancelled.
    /// @param payeeConsent Signature of the payee's key over EIP-712 `Cancellation(uint256 payableId,uint16 version)`, `version` being the
    /// root lot's, so that consent given before the lot was away and came back is void. Ignored before acceptance.
    function cancel(Terms calldata terms, Portion[] calldata portions, bytes calldata payeeConsent) external;
}
