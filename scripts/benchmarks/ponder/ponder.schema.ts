// What the benchmark's acts leave behind: every event, and the claims as they stand. Our own index also keeps the ledger's entries,
// their postings, the undo of blocks and the results of transactions; nothing here stands for those.
import { index, onchainTable, primaryKey } from "ponder";

export const event = onchainTable(
  "event",
  (t) => ({
    blockNumber: t.bigint().notNull(),
    logIndex: t.integer().notNull(),
    blockHash: t.hex().notNull(),
    txHash: t.hex().notNull(),
    name: t.text().notNull(),
    args: t.json().notNull(),
    payableId: t.bigint(),
  }),
  (table) => ({ pk: primaryKey({ columns: [table.blockNumber, table.logIndex] }), byPayable: index().on(table.payableId) }),
);

export const payable = onchainTable(
  "payable",
  (t) => ({
    id: t.bigint().primaryKey(),
    obligor: t.integer().notNull(),
    payee: t.integer().notNull(),
    profile: t.integer().notNull(),
    currency: t.integer().notNull(),
    due: t.integer().notNull(),
    face: t.bigint().notNull(),
    outstanding: t.bigint().notNull(),
    terms: t.hex().notNull(),
    salt: t.hex().notNull(),
    portions: t.json().notNull(),
    state: t.text().notNull(),
    issuedAt: t.bigint().notNull(),
    issuedBlock: t.bigint().notNull(),
  }),
  (table) => ({
    byObligor: index().on(table.obligor),
    byPayee: index().on(table.payee),
    byDue: index().on(table.due),
  }),
);

export const lot = onchainTable(
  "lot",
  (t) => ({
    id: t.bigint().primaryKey(),
    payableId: t.bigint().notNull(),
    holder: t.integer().notNull(),
    amount: t.bigint().notNull(),
  }),
  (table) => ({ byHolder: index().on(table.holder, table.payableId), byPayable: index().on(table.payableId) }),
);

export const lotMove = onchainTable(
  "lot_move",
  (t) => ({
    blockNumber: t.bigint().notNull(),
    logIndex: t.integer().notNull(),
    lotId: t.bigint().notNull(),
    payableId: t.bigint().notNull(),
    kind: t.text().notNull(),
    sender: t.integer(),
    recipient: t.integer(),
    amount: t.bigint().notNull(),
    at: t.bigint().notNull(),
  }),
  (table) => ({
    pk: primaryKey({ columns: [table.blockNumber, table.logIndex] }),
    byLot: index().on(table.lotId),
    byPayable: index().on(table.payableId),
  }),
);

export const occupation = onchainTable(
  "occupation",
  (t) => ({ obligor: t.integer().notNull(), fingerprint: t.hex().notNull(), occupied: t.bigint().notNull(), total: t.bigint().notNull() }),
  (table) => ({ pk: primaryKey({ columns: [table.obligor, table.fingerprint] }) }),
);

export const creditLimit = onchainTable(
  "credit_limit",
  (t) => ({ obligor: t.integer().notNull(), currency: t.integer().notNull(), limit: t.bigint().notNull(), used: t.bigint().notNull() }),
  (table) => ({ pk: primaryKey({ columns: [table.obligor, table.currency] }) }),
);
