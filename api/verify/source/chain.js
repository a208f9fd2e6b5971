// What Ethereum hashes: RLP, headers, tries, signatures. Published libraries do the arithmetic; the walk over a proof is our own.
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { keccak_256 } from "@noble/hashes/sha3.js";
import { bytesToHex, concatBytes, hexToBytes } from "@noble/hashes/utils.js";
import { RLP } from "micro-eth-signer/core/rlp.js";
import { HEADER, LATER } from "./form.js";
import { Refusal, require } from "./refusal.js";

const MAX_DEPTH = 32;
const EMPTY_ROOT = keccak_256(Uint8Array.of(0x80));
const HALF_ORDER = secp256k1.Point.CURVE().n >> 1n;

export const keccak = (...parts) => keccak_256(concatBytes(...parts));
export const bytesOf = (hex) => hexToBytes(hex.slice(2));
export const hexOf = (bytes) => `0x${bytesToHex(bytes)}`;
export const numberOf = (bytes) => (bytes.length === 0 ? 0n : BigInt(hexOf(bytes)));
export const word = (number) => hexToBytes(BigInt(number).toString(16).padStart(64, "0"));
export const equal = (left, right) => left.length === right.length && left.every((byte, place) => byte === right[place]);

const fewestBytes = (quantity) => {
  const digits = BigInt(quantity).toString(16);
  return quantity === "0x0" ? new Uint8Array() : hexToBytes(digits.length % 2 ? `0${digits}` : digits);
};

export const encodeRlp = (item) => RLP.encode(item);

// One item in its one form, filling the bytes.
export function decodeRlp(bytes, reason) {
  let found;
  try {
    found = RLP.decode(bytes);
  } catch (error) {
    throw new Refusal(reason, `RLP: ${error.message}`);
  }
  require(depthOf(found) <= MAX_DEPTH, reason, "RLP: nested too deep");
  return found;
}

const depthOf = (item) => (Array.isArray(item) ? Math.max(0, ...item.map((each) => 1 + depthOf(each))) : 0);

// The items of a header, in the order in which they are hashed.
export function headerItems(block) {
  const present = [...HEADER, ...LATER.filter(([name]) => Object.hasOwn(block, name))];
  return present.map(([name, kind]) => (kind.digits ? fewestBytes(block[name]) : bytesOf(block[name])));
}

// Address that signed a digest; `recovery` is 0 or 1, `signature` r and s.
export function recover(digest, signature, recovery, reason) {
  const [r, s] = [signature.subarray(0, 32), signature.subarray(32, 64)];
  require(recovery === 0 || recovery === 1, reason, "a signature does not end as it must");
  require(numberOf(s) <= HALF_ORDER, reason, "a signature has a high s");
  try {
    const found = new secp256k1.Signature(numberOf(r), numberOf(s), recovery).recoverPublicKey(digest);
    return hexOf(keccak_256(found.toBytes(false).subarray(1)).subarray(12));
  } catch (error) {
    throw new Refusal(reason, `no signature: ${error.message}`);
  }
}

// What a trie with this root holds under a key, by these nodes; null when they prove that it holds nothing.
export function proven(root, key, proof) {
  if (proof.length === 0 && equal(root, EMPTY_ROOT)) return null;
  const path = [...hexOf(keccak_256(key)).slice(2)].map((digit) => parseInt(digit, 16));
  let used = 0;
  const open = (reference) => {
    if (Array.isArray(reference)) {
      require(encodeRlp(reference).length < 32, "proof", "a long node stands inside another");
      return reference;
    }
    require(used < proof.length, "proof", "a node is missing");
    const encoded = proof[used++];
    require(reference.length === 32 && equal(keccak_256(encoded), reference), "proof", "a node is not the one that the node above it names");
    const node = decodeRlp(encoded, "proof");
    // The root of an empty trie.
    if (!Array.isArray(node)) require(node.length === 0, "proof", "a node is no list");
    return node;
  };
  const found = walk(open, root, path);
  require(used === proof.length, "proof", "nodes follow that are not on the way");
  return found;
}

function walk(open, root, path) {
  let reference = root;
  let at = 0;
  for (;;) {
    const node = open(reference);
    if (node.length === 0) return null;
    if (node.length === 17) {
      if (at === path.length) return textIn(node[16]);
      reference = node[path[at++]];
      if (reference.length === 0 && !Array.isArray(reference)) return null;
      continue;
    }
    require(node.length === 2 && !Array.isArray(node[0]), "proof", "a node is neither branch, extension nor leaf");
    const { leaf, piece } = pieceOf(node[0]);
    const follows = piece.every((nibble, place) => path[at + place] === nibble);
    if (leaf) {
      if (!follows || at + piece.length !== path.length) return null;
      require(!Array.isArray(node[1]), "proof", "a leaf holds a list");
      return node[1];
    }
    require(piece.length > 0 && node[1].length > 0, "proof", "an extension leads nowhere");
    if (!follows) return null;
    at += piece.length;
    reference = node[1];
  }
}

function textIn(value) {
  require(!Array.isArray(value), "proof", "a branch holds a list");
  return value.length === 0 ? null : value;
}

// Hex-prefix form: the first nibble says whether it is a leaf (2) and whether the number of nibbles is odd (1).
function pieceOf(encoded) {
  const nibbles = [...hexOf(encoded).slice(2)].map((digit) => parseInt(digit, 16));
  require(nibbles.length > 0 && nibbles[0] <= 3, "proof", "a node's piece of the key is malformed");
  const odd = nibbles[0] % 2 === 1;
  require(odd || nibbles[1] === 0, "proof", "a node's piece of the key is malformed");
  return { leaf: nibbles[0] >= 2, piece: nibbles.slice(odd ? 1 : 2) };
}

// A number of the state: fewest bytes, at most 32.
export function stateNumber(bytes) {
  require(!Array.isArray(bytes) && bytes.length <= 32 && bytes[0] !== 0, "proof", "a number is not in its shortest form");
  return numberOf(bytes);
}
