// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ILots} from "./ILots.sol";
import {IPayables} from "./IPayables.sol";
import {IReads} from "./IReads.sol";
import {IRegistrar} from "./IRegistrar.sol";
import {ISettlement} from "./ISettlement.sol";
import {IStandards} from "./IStandards.sol";

/// @notice Everything one address answers to.
interface ITallystick is IRegistrar, IPayables, ILots, ISettlement, IReads, IStandards {}
