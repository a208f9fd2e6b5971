// The form of a certificate and of a pin, by the tables under "Form" and "Pin" of chain/CERTIFICATE.md. What a file says is checked elsewhere.
import { decode } from "./canonical.js";
import { Refusal, require } from "./refusal.js";

const MAX_BYTES = 4_000_000;
const BIT32 = 2 ** 32 - 1;

const fail = (where, what) => {
  throw new Refusal("shape", `${where}: ${what}`);
};
const need = (condition, where, what) => condition || fail(where, what);

// Each of these makes a check of a value; checks say where the value stands.
const data = (size, most) => (value, where) => {
  need(typeof value === "string" && /^0x([0-9a-f]{2})*$/.test(value), where, "0x and lower hex digits are expected");
  const length = value.length / 2 - 1;
  need(size === null ? length <= most : length === size, where, `${size ?? most} bytes are expected`);
};
const quantity = (digits = 64) => (value, where) =>
  need(typeof value === "string" && /^0x(0|[1-9a-f][0-9a-f]*)$/.test(value) && value.length <= digits + 2, where, "a quantity is expected");
const integer = (most) => (value, where) => need(Number.isSafeInteger(value) && value >= 0 && value <= most, where, `an integer up to ${most} is expected`);
const amount = (value, where) =>
  need(typeof value === "string" && /^(0|[1-9][0-9]{0,21})$/.test(value) && BigInt(value) < 1n << 72n, where, "an amount is expected");
const text = (most) => (value, where) => need(typeof value === "string" && [...value].length <= most, where, `a text of at most ${most} characters is expected`);
const oneOf = (...allowed) => (value, where) => need(allowed.includes(value), where, `${allowed.join(" or ")} is expected`);
const orNull = (check) => (value, where) => value === null || check(value, where);
const list = (check, least, most) => (value, where) => {
  need(Array.isArray(value) && value.length >= least && value.length <= most, where, `a list of ${least} to ${most} is expected`);
  value.forEach((item, place) => check(item, `${where}[${place}]`));
};
const isObject = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const record = (fields, may = {}) => (value, where) => {
  need(isObject(value), where, "an object is expected");
  for (const name of Object.keys(value)) need(Object.hasOwn(fields, name) || Object.hasOwn(may, name), where, `unknown name ${name}`);
  for (const [name, check] of Object.entries({ ...fields, ...may })) {
    if (Object.hasOwn(value, name)) check(value[name], where ? `${where}.${name}` : name);
    else need(Object.hasOwn(may, name), where, `${name} is missing`);
  }
};
const byName = (name, checks) => (value, where) => {
  need(isObject(value) && typeof value[name] === "string" && Object.hasOwn(checks, value[name]), where, `an unknown ${name}`);
  checks[value[name]](value, where);
};

// Name and width of a header's fields in the order of its RLP; quantities have their most digits instead.
export const HEADER = [
  ["parentHash", 32],
  ["sha3Uncles", 32],
  ["miner", 20],
  ["stateRoot", 32],
  ["transactionsRoot", 32],
  ["receiptsRoot", 32],
  ["logsBloom", 256],
  ["difficulty", { digits: 64 }],
  ["number", { digits: 13 }],
  ["gasLimit", { digits: 64 }],
  ["gasUsed", { digits: 64 }],
  ["timestamp", { digits: 9 }],
  ["extraData", { bytes: 8192 }],
  ["mixHash", 32],
  ["nonce", 8],
];
export const LATER = [
  ["baseFeePerGas", { digits: 64 }],
  ["withdrawalsRoot", 32],
  ["blobGasUsed", { digits: 64 }],
  ["excessBlobGas", { digits: 64 }],
  ["parentBeaconBlockRoot", 32],
  ["requestsHash", 32],
];
const headerField = ([name, kind]) => [name, kind.digits ? quantity(kind.digits) : kind.bytes ? data(null, kind.bytes) : data(kind)];
const header = record(Object.fromEntries(HEADER.map(headerField)), Object.fromEntries(LATER.map(headerField)));

// Kinds of words: number of the mapping in storage, digits of a key in hex (null: a decimal number), fields from the lowest bit up.
export const WORDS = {
  payable: { at: 3, digits: 40, fields: { obligor: 32, profile: 16, due: 32, state: 8, outstanding: 72, available: 72, sequence: 16, round: 8 } },
  lot: {
    at: 4,
    digits: 64,
    fields: { holder: 32, amount: 72, hops: 8, depth: 8, version: 16, flags: 8, round: 8, lock_party: 32, lock_until: 32, children: 40 },
  },
  participant: { at: 5, digits: null, fields: { roles: 8, status: 8, verified_until: 32, epoch: 32, account: 160 } },
  key: { at: 6, digits: 40, fields: { participant: 32, from_time: 32, until: 32 } },
  profile: {
    at: 9,
    digits: null,
    fields: {
      from_time: 32,
      until: 32,
      tenor: 32,
      hops: 8,
      depth: 8,
      children: 8,
      record_lead: 24,
      redeem_delay: 24,
      grace: 24,
      reopen_period: 24,
      smallest_lot: 39,
      paused: 1,
    },
  },
  frozen: { at: 12, digits: 64, fields: { amount: 256 } },
  recourse: { at: 13, digits: 64, fields: { seller: 256 } },
};

const nodes = list(data(null, 4096), 0, 100);
const wordOf = (kind) =>
  record({
    kind: oneOf(kind),
    key: text(66),
    word: data(32),
    fields: record(Object.fromEntries(Object.keys(WORDS[kind].fields).map((name) => [name, text(66)]))),
    proof: nodes,
  });
const ofValidators = { validators: list(data(20), 1, 100), handovers: list(list(header, 1, 1000), 0, 100) };
const certificate = record({
  format: oneOf("tallystick.certificate.v1"),
  chain_id: integer(Number.MAX_SAFE_INTEGER),
  genesis: data(32),
  contract: data(20),
  block: header,
  account_proof: nodes,
  payable: record({
    id: data(20),
    currency: integer(2 ** 16 - 1),
    terms: record({
      obligor: integer(BIT32),
      payee: integer(BIT32),
      profile: integer(2 ** 16 - 1),
      due: integer(BIT32),
      face: amount,
      terms: data(32),
      salt: data(32),
    }),
    portions: list(record({ fingerprint: data(32), amount }), 1, 10_000),
  }),
  lot: record({ id: data(32), path: list(integer(39), 0, 255) }),
  words: list(byName("kind", Object.fromEntries(Object.keys(WORDS).map((kind) => [kind, wordOf(kind)]))), 3, 50),
  lock: orNull(record({ kind: oneOf("lock", "offer", "financing", "pledge"), party: integer(BIT32), until: integer(BIT32) })),
  promise: orNull(text(100_000)),
  documents: list(
    record({ content: data(32), salt: data(32), path: list(record({ side: oneOf("left", "right"), hash: data(32) }), 0, 40) }),
    0,
    1000,
  ),
  seal: byName("scheme", {
    registry: record({ scheme: oneOf("registry"), signer: data(20), signed_at: integer(2 ** 36 - 1), signature: data(65) }),
    qbft: record({ scheme: oneOf("qbft"), ...ofValidators }),
    clique: record({ scheme: oneOf("clique"), ...ofValidators, headers: list(header, 0, 200) }),
  }),
});
const pin = record({
  format: oneOf("tallystick.pin.v1"),
  chain_id: integer(Number.MAX_SAFE_INTEGER),
  genesis: data(32),
  contract: data(20),
  scheme: oneOf("registry", "qbft", "clique"),
  keys: list(data(20), 1, 100),
});

export const ascending = (texts) => texts.every((each, place) => place === 0 || texts[place - 1] < each);

export function readCertificate(bytes) {
  require(bytes.length <= MAX_BYTES, "canonical", `it is larger than ${MAX_BYTES} bytes`);
  const found = decode(bytes);
  certificate(found, "");
  return found;
}

export function readPin(bytes) {
  const blank = (byte) => byte === 32 || byte === 9 || byte === 10 || byte === 13;
  let [start, end] = [0, bytes.length];
  while (start < end && blank(bytes[start])) start += 1;
  while (end > start && blank(bytes[end - 1])) end -= 1;
  try {
    const found = decode(bytes.subarray(start, end));
    pin(found, "");
    require(ascending(found.keys) && (found.scheme !== "registry" || found.keys.length === 1), "pin", "keys: one for a registry, validators in ascending order");
    return found;
  } catch (error) {
    if (error instanceof Refusal) throw new Refusal("pin", `the pin: ${error.message}`);
    throw error;
  }
}
