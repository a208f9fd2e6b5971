// The claims contract on a site's node, up to the last block that is final for Ponder.
import { readFileSync } from "node:fs";
import { createConfig } from "ponder";

export default createConfig({
  database: { kind: "postgres", connectionString: process.env.BENCH_DATABASE },
  chains: { site: { id: Number(process.env.BENCH_CHAIN), rpc: process.env.BENCH_NODE } },
  contracts: {
    Tallystick: {
      chain: "site",
      abi: JSON.parse(readFileSync(process.env.BENCH_ABI!, "utf8")).abi,
      address: process.env.BENCH_CONTRACT as `0x${string}`,
      startBlock: 0,
      endBlock: Number(process.env.BENCH_LAST),
    },
  },
});
