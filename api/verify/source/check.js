// The verification of chain/CERTIFICATE.md, step by step in its order. Nothing is believed, nothing is asked of anyone.
import { sha256 } from "@noble/hashes/sha2.js";
import { concatBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import { decode } from "./canonical.js";
import { bytesOf, decodeRlp, hexOf, keccak, numberOf, proven, stateNumber, word } from "./chain.js";
import { ascending, readCertificate, readPin, WORDS } from "./form.js";
import { Refusal, require } from "./refusal.js";
import { checkSeal } from "./seal.js";

const FLAG = { recourse: 1, pledged: 2, financing: 4, frozen: 8, ended: 16, offered: 32 };
const LOW96 = (1n << 96n) - 1n;

// Verdict ("proven", "consistent", "refused", "other_network"), with the reason or with what is proven.
export function verify(content, pinContent = null) {
  try {
    const pin = pinContent === null ? null : readPin(pinContent);
    return { verdict: pin === null ? "consistent" : "proven", found: check(readCertificate(content), pin) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { verdict: error.reason === "network" ? "other_network" : "refused", reason: error.reason, message: error.message };
  }
}

function check(certificate, pin) {
  if (pin !== null) checkNetwork(certificate, pin);
  checkPayable(certificate);
  checkLot(certificate);
  const held = checkWords(certificate);
  const { payable, lot } = held[0].kinds;
  checkDebt(certificate, held);
  const time = BigInt(certificate.block.timestamp);
  const lock = lockOf(lot, time);
  require(JSON.stringify(lock) === JSON.stringify(certificate.lock && ordered(certificate.lock)), "lock", "it is not what binds the lot at the block's time");
  const rest = checkPeople(certificate, held, time);
  const documents = checkDocuments(certificate);
  const seal = checkSeal(certificate, pin);
  return { certificate, payable, lot, lock, ...rest, documents, ...seal, hash: hexOf(seal.hash), time: Number(time), number: Number(certificate.block.number) };
}

const ordered = ({ kind, party, until }) => ({ kind, party, until });

function checkNetwork(certificate, pin) {
  const same = ["chain_id", "genesis", "contract"].every((name) => certificate[name] === pin[name]) && certificate.seal.scheme === pin.scheme;
  require(same, "network", `the certificate is of ${nameOf(certificate, certificate.seal.scheme)}; the pin is of ${nameOf(pin, pin.scheme)}`);
}

const nameOf = ({ chain_id: chain, genesis, contract }, scheme) => `chain ${chain} (genesis ${genesis}), contract ${contract}, sealed by ${scheme}`;

function checkPayable({ payable: { id, currency, terms, portions } }) {
  const sum = portions.reduce((total, portion) => total + BigInt(portion.amount), 0n);
  const sorted = ascending(portions.map((portion) => portion.fingerprint));
  require(sorted && sum === BigInt(terms.face), "payable", "portions are strictly sorted and add up to the face amount");
  require(currency === terms.profile >> 6, "currency", "it is not the one that the profile's number says");
  const invoices = keccak(...portions.flatMap((portion) => [bytesOf(portion.fingerprint), word(portion.amount)]));
  const numbers = [terms.obligor, terms.payee, terms.profile, currency, terms.due, terms.face].map(word);
  const hash = keccak(...numbers, bytesOf(terms.terms), bytesOf(terms.salt), invoices);
  require(hexOf(hash.subarray(12)) === id, "payable", "the id is not the hash of terms, currency and portions");
}

function checkLot({ payable, lot }) {
  let id = BigInt(payable.id) << 96n;
  for (const index of lot.path) id = ((id >> 96n) << 96n) | (numberOf(keccak(word(id), word(index))) & LOW96);
  require(id === BigInt(lot.id), "lot", "the path does not lead to it");
}

// Each word, proven: its number, its fields as numbers. The first holds the fields of payable, lot and profile by kind.
function checkWords({ contract, block, account_proof: accountProof, words, payable, lot }) {
  const account = proven(bytesOf(block.stateRoot), bytesOf(contract), accountProof.map(bytesOf));
  require(account !== null, "proof", "there is no contract at this address");
  const root = storageRootOf(account);
  const held = words.map((item) => {
    const key = keyOf(item);
    const slot = keccak(word(key), word(WORDS[item.kind].at));
    const leaf = proven(root, slot, item.proof.map(bytesOf));
    const number = leaf === null ? 0n : stateNumber(decodeRlp(leaf, "proof"));
    require(number === BigInt(item.word), "proof", `${item.kind} ${item.key}: the contract holds another word`);
    const fields = fieldsOf(item.kind, number);
    const plain = Object.entries(fields).every(([name, value]) => item.fields[name] === plainOf(name, value));
    require(plain, "fields", `${item.kind} ${item.key}: the fields are not what the word says`);
    return { kind: item.kind, key: item.key, number, fields };
  });
  const names = [payable.id, lot.id, String(payable.terms.profile)];
  const kinds = ["payable", "lot", "profile"];
  const right = kinds.every((kind, place) => held[place].kind === kind && held[place].key === names[place]);
  require(right, "words", "payable, lot and profile come first");
  held[0].kinds = Object.fromEntries(kinds.map((kind, place) => [kind, held[place].fields]));
  return held;
}

function storageRootOf(account) {
  const items = decodeRlp(account, "proof");
  const form = Array.isArray(items) && items.length === 4 && items.every((item) => !Array.isArray(item)) && items[2].length === 32 && items[3].length === 32;
  require(form, "proof", "the account is not nonce, balance, storage root and code hash");
  stateNumber(items[0]);
  stateNumber(items[1]);
  return items[2];
}

function keyOf({ kind, key }) {
  const { digits } = WORDS[kind];
  const form = digits === null ? /^(0|[1-9][0-9]*)$/ : new RegExp(`^0x[0-9a-f]{${digits}}$`);
  require(form.test(key), "words", `${kind}: the key is not in its one form`);
  return BigInt(key);
}

function fieldsOf(kind, number) {
  let rest = number;
  const found = {};
  for (const [name, width] of Object.entries(WORDS[kind].fields)) {
    found[name] = rest & ((1n << BigInt(width)) - 1n);
    rest >>= BigInt(width);
  }
  return found;
}

const plainOf = (name, value) => (name === "account" ? `0x${value.toString(16).padStart(40, "0")}` : String(value));

function checkDebt({ payable: { terms }, lot: { path } }, held) {
  const { payable, lot } = held[0].kinds;
  const same = ["obligor", "profile", "due"].every((name) => payable[name] === BigInt(terms[name]));
  require(same, "terms", "the payable's word is of other terms");
  const state = Number(payable.state & 15n);
  require(state === 1 || state === 2, "not_owed", "the payable was refused, cancelled or settled");
  require(lot.holder !== 0n && lot.amount !== 0n && !has(lot, "ended"), "not_held", "the lot does not exist, has ended or was split up");
  require(lot.depth === BigInt(path.length), "depth", "the lot's depth is not the length of its path");
  require(lot.amount <= payable.outstanding && payable.outstanding <= BigInt(terms.face), "amounts", "more is held than owed");
}

const has = (lot, flag) => (Number(lot.flags) & FLAG[flag]) !== 0;

function lockOf(lot, time) {
  if (lot.lock_party === 0n || time > lot.lock_until) return null;
  const kind = has(lot, "pledged") ? "pledge" : has(lot, "financing") ? "financing" : has(lot, "offered") ? "offer" : "lock";
  return { kind, party: Number(lot.lock_party), until: Number(lot.lock_until) };
}

// The words after the third: what a freeze holds, who owes recourse, the participants, the holder's keys.
function checkPeople({ payable: { terms }, lot: { id } }, held, time) {
  const { lot } = held[0].kinds;
  const valueOf = (kind) => held.findLast((item) => item.kind === kind && item.key === id)?.number ?? 0n;
  const [frozen, recourse] = [valueOf("frozen"), valueOf("recourse")];
  const people = new Set([BigInt(terms.obligor), BigInt(terms.payee), lot.holder, lot.lock_party, recourse]);
  people.delete(0n);
  const sorted = [...people].sort((left, right) => (left < right ? -1 : 1));
  const expected = [
    ...(has(lot, "frozen") ? [`frozen ${id}`] : []),
    ...(has(lot, "recourse") ? [`recourse ${id}`] : []),
    ...sorted.map((number) => `participant ${number}`),
  ];
  const after = held.slice(3);
  const given = after.slice(0, expected.length).map((item) => `${item.kind} ${item.key}`);
  require(given.join() === expected.join(), "words", `${expected.join(", ")} belong after the third`);
  const keys = after.slice(expected.length);
  require(keys.every((item) => item.kind === "key") && ascending(keys.map((item) => item.key)), "words", "after the participants only keys follow, in ascending order");
  for (const { key, fields } of keys) {
    const valid = fields.participant === lot.holder && fields.from_time <= time && time < fields.until;
    require(valid, "key", `${key} was no valid key of the holder at the block's time`);
  }
  const participants = after.filter((item) => item.kind === "participant").map((item) => ({ number: Number(item.key), status: Number(item.fields.status) }));
  return { frozen, recourse: Number(recourse), participants, keys: keys.map((item) => item.key) };
}

// SHA-256 of the disclosed documents, each under the root that the promise names.
function checkDocuments({ promise, documents, payable }) {
  if (promise === null) {
    require(documents.length === 0, "documents", "they stand under the promise, which is not disclosed");
    return [];
  }
  const text = utf8ToBytes(promise);
  require(hexOf(sha256(text)) === payable.terms.terms, "promise", "it is not the text that the terms' hash covers");
  const conditions = decode(text, "promise");
  const isObject = typeof conditions === "object" && conditions !== null && !Array.isArray(conditions);
  const root = isObject && Object.hasOwn(conditions, "documents") ? conditions.documents : null;
  for (const document of documents) {
    const leaf = sha256(concatBytes(bytesOf(document.salt), bytesOf(document.content)));
    let hash = sha256(concatBytes(Uint8Array.of(0), leaf));
    for (const { side, hash: other } of document.path) {
      const pair = side === "left" ? [bytesOf(other), hash] : [hash, bytesOf(other)];
      hash = sha256(concatBytes(Uint8Array.of(1), ...pair));
    }
    require(hexOf(hash) === root, "documents", "a document does not stand under the promise's root");
  }
  const contents = documents.map((document) => document.content);
  require(new Set(contents).size === contents.length, "documents", "one is named twice");
  return contents;
}
