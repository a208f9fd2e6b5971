// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IHoldings} from "./IHoldings.sol";
import {IOffers} from "./IOffers.sol";
import {IPayables} from "./IPayables.sol";
import {IPayments} from "./IPayments.sol";
import {IReads} from "./IReads.sol";
import {IRegistrar} from "./IRegistrar.sol";
import {ISettlement} from "./ISettlement.sol";
import {IStandards} from "./IStandards.sol";

/// @notice Everything one address answers to. Each part is the interface of the contract that implements it: the core IPayables, IOffers
/// and IPayments, its extensions the others.
interface ITallystick is IPayables, IOffers, IPayments, ISettlement, IHoldings, IRegistrar, IReads, IStandards {}
