// Runs the script of the page at /verify outside a browser. Each line of standard input is a request in JSON, each line of output its answer.
const { readFileSync } = require("node:fs");
const { createInterface } = require("node:readline");
const { runInThisContext } = require("node:vm");

const [, script] = readFileSync(process.argv[2], "utf8").match(/<script>([^]*)<\/script>/);
runInThisContext(script);
const { tallystick } = globalThis;
const bytes = (text) => (text === null ? null : new Uint8Array(Buffer.from(text, "base64")));

const acts = {
  verify({ file, pin, now }) {
    const result = tallystick.verify(bytes(file), bytes(pin));
    if (!result.found) return { verdict: result.verdict, reason: result.reason, message: result.message };
    const { certificate, lot, payable, lock, documents, handovers, number, hash, signers, keys, frozen, recourse } = result.found;
    return {
      verdict: result.verdict,
      reason: null,
      says: {
        lot: certificate.lot.id,
        holder: Number(lot.holder),
        amount: String(lot.amount),
        obligor: Number(payable.obligor),
        block: number,
        lock,
        documents,
        scheme: certificate.seal.scheme,
        handovers,
      },
      more: { hash, signers, keys, frozen: String(frozen), recourse },
      told: Object.fromEntries(Object.entries(tallystick.TEXTS).map(([language, words]) => [language, tallystick.sentences(words, result, now)])),
    };
  },
  sealers({ scheme, header }) {
    const items = tallystick.decodeRlp(tallystick.bytesOf(header), "seal");
    return { found: scheme === "qbft" ? tallystick.qbftSigners(items) : [tallystick.cliqueSigner(items)] };
  },
  proven({ root, key, proof }) {
    const found = tallystick.proven(tallystick.bytesOf(root), tallystick.bytesOf(key), proof.map(tallystick.bytesOf));
    return { found: found === null ? null : tallystick.hexOf(found) };
  },
  texts() {
    const shape = (value) => (typeof value === "object" ? Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, shape(inner)])) : typeof value);
    return Object.fromEntries(Object.entries(tallystick.TEXTS).map(([language, words]) => [language, shape(words)]));
  },
};

createInterface({ input: process.stdin }).on("line", (line) => {
  const request = JSON.parse(line);
  process.stdout.write(`${JSON.stringify(acts[request.act](request))}\n`);
});
