// Who stands for the block: step 11 of chain/CERTIFICATE.md.
import { utf8ToBytes } from "@noble/hashes/utils.js";
import { bytesOf, decodeRlp, encodeRlp, equal, headerItems, hexOf, keccak, numberOf, recover, word } from "./chain.js";
import { ascending } from "./form.js";
import { Refusal, require } from "./refusal.js";

const [PARENT, BENEFICIARY, DIFFICULTY, NUMBER, EXTRA, NONCE] = [0, 2, 7, 8, 12, 14];
const hashOf = (header) => keccak(encodeRlp(header));
const hashWith = (header, extra) => hashOf(header.map((item, place) => (place === EXTRA ? extra : item)));
const heightOf = (header) => numberOf(header[NUMBER]);
const common = (left, right) => new Set(left.filter((each) => right.includes(each))).size;

// Hash of the block, who sealed, and how often the validators changed before.
export function checkSeal(certificate, pin) {
  const header = headerItems(certificate.block);
  return certificate.seal.scheme === "registry" ? byRegistry(certificate, header, pin) : byValidators(certificate.seal, header, pin);
}

function byRegistry(certificate, header, pin) {
  const { seal } = certificate;
  const hash = hashOf(header);
  const type = (text) => keccak(utf8ToBytes(text));
  const domain = keccak(
    type("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
    type("Tallystick"),
    type("1"),
    word(certificate.chain_id),
    word(certificate.contract),
  );
  const head = keccak(
    type("Head(bytes32 genesis,uint256 number,bytes32 hash,uint256 time)"),
    bytesOf(certificate.genesis),
    word(certificate.block.number),
    hash,
    word(seal.signed_at),
  );
  const signature = bytesOf(seal.signature);
  const signer = recover(keccak(Uint8Array.of(0x19, 1), domain, head), signature, signature[64] - 27, "seal");
  require(signer === seal.signer, "seal", "the signature is not the signer's over this block");
  require(pin === null || pin.keys[0] === signer, "issuer", `signed by ${signer}, which is not the pinned key`);
  require(BigInt(seal.signed_at) >= BigInt(certificate.block.timestamp), "seal", "signed before its block");
  return { hash, signers: [signer], handovers: 0, signedAt: seal.signed_at };
}

function byValidators(seal, header, pin) {
  require(ascending(seal.validators), "seal", "validators are named once, in ascending order");
  const sets = [seal.validators];
  const handOver = seal.scheme === "qbft" ? qbftHandover : cliqueHandover;
  let last = -1n;
  for (const run of seal.handovers) {
    const headers = run.map(headerItems);
    require(heightOf(headers[0]) > last, "handover", "hand-overs do not rise");
    try {
      sets.push(handOver(headers, sets.at(-1)));
    } catch (error) {
      if (error instanceof Refusal) throw new Refusal("handover", `hand-over ${sets.length}: ${error.message}`);
      throw error;
    }
    last = heightOf(headers.at(-1));
  }
  require(heightOf(header) > last, "handover", "hand-overs end after the block");
  const known = pin === null || sets.some((set) => set.join() === pin.keys.join());
  require(known, "issuer", "the pinned validators are none of the sets that the file leads through");
  const set = sets.at(-1);
  const handovers = seal.handovers.length;
  if (seal.scheme === "qbft") return { hash: qbftHash(header), signers: qbftSealed(header, set), handovers, signedAt: null };
  const { sealers } = read([header, ...seal.headers.map(headerItems)], set);
  require(2 * common(sealers, set) > set.length, "seal", "not more than half of the validators sealed");
  return { hash: hashOf(header), signers: [...new Set(sealers)], handovers, signedAt: null };
}

// --- QBFT ---

export function qbftExtra(header) {
  const items = decodeRlp(header[EXTRA], "seal");
  const isBytes = (item, size) => !Array.isArray(item) && (size === undefined || item.length === size);
  const form =
    Array.isArray(items) &&
    items.length === 5 &&
    isBytes(items[0], 32) &&
    Array.isArray(items[1]) &&
    items[1].every((item) => isBytes(item, 20)) &&
    isBytes(items[3]) &&
    Array.isArray(items[4]) &&
    items[4].every((item) => isBytes(item, 65));
  require(form, "seal", "extraData is not vanity, validators, vote, round and seals");
  const [vanity, validators, vote, round, seals] = items;
  return { vanity, validators, vote, round, seals };
}

const qbftHash = (header) => {
  const { vanity, validators, vote } = qbftExtra(header);
  return hashWith(header, encodeRlp([vanity, validators, vote, new Uint8Array(), []]));
};

export function qbftSigners(header) {
  const { vanity, validators, vote, round, seals } = qbftExtra(header);
  const digest = hashWith(header, encodeRlp([vanity, validators, vote, round, []]));
  return seals.map((seal) => recover(digest, seal, seal[64], "seal"));
}

function qbftSealed(header, set) {
  const named = qbftExtra(header).validators.map(hexOf);
  require(named.length === set.length && [...named].sort().join() === set.join(), "seal", "the header names other validators");
  const signers = qbftSigners(header);
  require(signers.every((each) => set.includes(each)), "seal", "a stranger sealed");
  require(new Set(signers).size === signers.length, "seal", "a validator sealed twice");
  require(3 * signers.length >= 2 * set.length, "seal", "fewer than two thirds of the validators sealed");
  return signers;
}

function qbftHandover(headers, before) {
  require(headers.length === 1, "handover", "one header is expected");
  const named = qbftExtra(headers[0]).validators.map(hexOf).sort();
  require(named.length > 0 && ascending(named), "handover", "validators are named once");
  const both = common(qbftSealed(headers[0], named), before);
  require(named.join() !== before.join(), "handover", "nothing changed");
  require(3 * both > before.length, "handover", "no more than a third of the validators before sealed it");
  return named;
}

// --- Clique ---

export function cliqueSigner(header) {
  const extra = header[EXTRA];
  require(extra.length >= 97 && (extra.length - 97) % 20 === 0, "seal", "extraData is not vanity, signers and a seal");
  const seal = extra.subarray(-65);
  return recover(hashWith(header, extra.subarray(0, -65)), seal, seal[64], "seal");
}

function listedBy(header) {
  const listed = header[EXTRA].subarray(32, -65);
  return Array.from({ length: Math.floor(listed.length / 20) }, (_, place) => hexOf(listed.subarray(20 * place, 20 * place + 20)));
}

// Reads a run of headers with a set: who sealed each, the set after it, and the place of the header that made the latest change.
function read(headers, begin) {
  let set = begin;
  let changed = null;
  let votes = [];
  const sealers = [];
  headers.forEach((header, place) => {
    if (place > 0) {
      const below = headers[place - 1];
      require(equal(header[PARENT], hashOf(below)) && heightOf(header) === heightOf(below) + 1n, "seal", "a header does not follow the one before");
    }
    const signer = cliqueSigner(header);
    require(set.includes(signer), "seal", `${signer} sealed and is not of the set`);
    const recent = Math.floor(set.length / 2);
    require(recent === 0 || !sealers.slice(-recent).includes(signer), "seal", "a signer sealed again too soon");
    const turn = set[Number(heightOf(header) % BigInt(set.length))] === signer;
    require(numberOf(header[DIFFICULTY]) === (turn ? 2n : 1n), "seal", "the difficulty is not that of the signer's turn");
    sealers.push(signer);
    const listed = listedBy(header);
    if (listed.length > 0) {
      require(listed.join() === set.join(), "seal", "a checkpoint lists other signers");
      votes = [];
      return;
    }
    const subject = hexOf(header[BENEFICIARY]);
    if (/^0x0*$/.test(subject)) return;
    const kind = hexOf(header[NONCE]);
    require(kind === "0xffffffffffffffff" || kind === "0x0000000000000000", "seal", "a vote is neither to add nor to drop");
    const add = kind === "0xffffffffffffffff";
    votes = votes.filter((vote) => vote.signer !== signer || vote.subject !== subject);
    if (set.includes(subject) === add) return;
    votes.push({ signer, subject });
    if (2 * votes.filter((vote) => vote.subject === subject).length <= set.length) return;
    set = add ? [...set, subject].sort() : set.filter((each) => each !== subject);
    require(set.length > 0, "seal", "no signer is left");
    changed = place;
    votes = votes.filter((vote) => vote.subject !== subject && (add || vote.signer !== subject));
  });
  return { sealers, set, changed };
}

function cliqueHandover(headers, before) {
  require(headers[0][EXTRA].length >= 97, "handover", "extraData holds no seal");
  const listed = listedBy(headers[0]);
  require(ascending(listed), "handover", "a checkpoint lists its signers in ascending order");
  const begin = listed.length > 0 ? listed : before;
  const { sealers, set, changed } = read(headers, begin);
  if (begin.join() !== before.join()) {
    require(2 * common(sealers, before) > before.length, "handover", "too few of the signers before sealed the checkpoint");
  }
  require(begin.join() !== before.join() || changed !== null, "handover", "nothing changed");
  require(2 * common(sealers.slice(changed ?? 0), set) > set.length, "handover", "too few of the new signers sealed after the change");
  return set;
}

