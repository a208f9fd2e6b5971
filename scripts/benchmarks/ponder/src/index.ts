// Every event becomes a row; the events that the benchmark makes also change the claims, as our own fold does it.
import { readFileSync } from "node:fs";
import { ponder } from "ponder:registry";
import { creditLimit, event as events, lot, lotMove, occupation, payable } from "ponder:schema";

type Rule = (seen: any, db: any) => Promise<void>;

const places = (seen: any) => ({ blockNumber: seen.block.number, logIndex: seen.log.logIndex, at: seen.block.timestamp });

const rules: Record<string, Rule> = {
  async LimitSet(seen, db) {
    const { obligor, currency, limit } = seen.args;
    await db.insert(creditLimit).values({ obligor, currency, limit, used: 0n }).onConflictDoUpdate({ limit });
  },
  async Issued(seen, db) {
    const { payableId, obligor, payee, profile, currency, due, face, terms, salt, portions } = seen.args;
    const row = { obligor, payee, profile, currency, due, face, outstanding: face, terms, salt, portions: texts(portions) };
    const issued = { issuedAt: seen.block.timestamp, issuedBlock: seen.block.number };
    await db.insert(payable).values({ id: payableId, ...row, state: "issued", ...issued });
    for (const { fingerprint, amount, total } of portions) {
      await db
        .insert(occupation)
        .values({ obligor, fingerprint, occupied: amount, total })
        .onConflictDoUpdate((before: any) => ({ occupied: before.occupied + amount }));
    }
    await db.update(creditLimit, { obligor, currency }).set((before: any) => ({ used: before.used + face }));
    await db.insert(lot).values({ id: payableId << 96n, payableId, holder: payee, amount: face });
    const step = { lotId: payableId << 96n, payableId, kind: "Issued", sender: obligor, recipient: payee, amount: face };
    await db.insert(lotMove).values({ ...places(seen), ...step });
  },
  async Accepted(seen, db) {
    const { payableId } = seen.args;
    await db.update(payable, { id: payableId }).set({ state: "active" });
    const held = await db.find(lot, { id: payableId << 96n });
    const step = { lotId: held.id, payableId, kind: "Accepted", sender: held.holder, recipient: null, amount: held.amount };
    await db.insert(lotMove).values({ ...places(seen), ...step });
  },
};

function texts(value: any): any {
  return JSON.parse(JSON.stringify(value, (_, item) => (typeof item === "bigint" ? item.toString() : item)));
}

const abi = JSON.parse(readFileSync(process.env.BENCH_ABI!, "utf8")).abi;
for (const { name } of abi.filter((entry: any) => entry.type === "event")) {
  ponder.on(`Tallystick:${name}` as any, async ({ event: seen, context }: any) => {
    const named = seen.args.lot ?? seen.args.into;
    await context.db.insert(events).values({
      blockNumber: seen.block.number,
      logIndex: seen.log.logIndex,
      blockHash: seen.block.hash,
      txHash: seen.transaction.hash,
      name,
      args: texts(seen.args),
      payableId: seen.args.payableId ?? (named === undefined ? null : named >> 96n),
    });
    await rules[name]?.(seen, context.db);
  });
}
