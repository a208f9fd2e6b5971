// Canonical JSON (RFC 8785) as "Form" of chain/CERTIFICATE.md narrows it: integers only, ASCII names, bounded depth. Each content has one form.
import { Refusal, require } from "./refusal.js";

const MAX_DEPTH = 32;
const LONE_SURROGATE = /\p{Surrogate}/u;
const ASCII = /^[\x00-\x7f]*$/;

// The content of a text in its one form. The text is compared with what its content would be written as.
export function decode(bytes, reason = "canonical") {
  let text, value;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Refusal(reason, "it is not UTF-8");
  }
  require(depthOf(text) <= MAX_DEPTH, reason, `it is nested deeper than ${MAX_DEPTH}`);
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Refusal(reason, `it is not JSON: ${error.message}`);
  }
  require(encode(value, reason) === text, reason, "it is not in canonical form (RFC 8785)");
  return value;
}

function encode(value, reason) {
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "string") return textOf(value, reason);
  if (typeof value === "number") {
    require(Number.isSafeInteger(value), reason, "a number is no integer, or out of range");
    return String(value);
  }
  if (Array.isArray(value)) return `[${value.map((item) => encode(item, reason)).join(",")}]`;
  const names = Object.keys(value);
  require(names.every((name) => ASCII.test(name)), reason, "a name is not ASCII text");
  return `{${names.sort().map((name) => `${textOf(name, reason)}:${encode(value[name], reason)}`).join(",")}}`;
}

function textOf(value, reason) {
  require(!LONE_SURROGATE.test(value), reason, "a text holds half a character");
  return JSON.stringify(value);
}

// How deep lists and objects stand inside each other, counted before the parser, which recurses, sees them.
function depthOf(text) {
  let depth = 0;
  let deepest = 0;
  for (const [found] of text.matchAll(/"(?:[^"\\]|\\[^])*"?|[[\]{}]/g)) {
    if (found === "[" || found === "{") deepest = Math.max(deepest, ++depth);
    else if (found === "]" || found === "}") depth -= 1;
  }
  return deepest;
}
