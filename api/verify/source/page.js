// The page: files in, plain words out. Nothing leaves it.
import { sha256 } from "@noble/hashes/sha2.js";
import { hexOf } from "./chain.js";
import { verify } from "./check.js";
import { LANGUAGES, sentences, TEXTS, timeOf } from "./texts.js";

const given = { certificate: null, pin: null, document: [] };
let language = "en";

const part = (id) => document.getElementById(id);

function element(name, text, className) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  if (className) made.className = className;
  return made;
}

function speak() {
  const words = TEXTS[language];
  document.documentElement.lang = language;
  document.title = `${words.title} · Tallystick`;
  for (const each of document.querySelectorAll("[data-text]")) each.textContent = words[each.dataset.text];
  for (const each of document.querySelectorAll("[data-language]")) each.setAttribute("aria-pressed", String(each.dataset.language === language));
  for (const kind of Object.keys(given)) nameFile(kind, words);
  show(words);
}

function nameFile(kind, words) {
  const files = [given[kind]].flat().filter(Boolean);
  part(`${kind}-name`).textContent = files.map((file) => file.name).join(", ") || words.choose;
  part(`${kind}-box`).classList.toggle("full", files.length > 0);
}

function show(words) {
  const place = part("result");
  place.replaceChildren();
  if (!given.certificate) {
    place.append(element("p", words.not_yet, "soft"));
    return;
  }
  const started = performance.now();
  const result = verify(given.certificate.bytes, given.pin?.bytes ?? null);
  const spent = performance.now() - started;
  place.append(element("h2", words[result.verdict], `verdict ${result.verdict}`));
  if (result.found) tell(place, words, result, spent);
  else {
    place.append(element("p", words.reasons[result.reason], "say"));
    place.append(facts([[words.labels.reason, `${result.reason}: ${result.message}`], [words.labels.file, hexOf(sha256(given.certificate.bytes))]]));
  }
}

function tell(place, words, result, spent) {
  const { found } = result;
  const { says, not } = sentences(words, result, Date.now() / 1000);
  const columns = element("div", undefined, "columns");
  const proven = element("section");
  proven.append(element("h3", result.verdict === "proven" ? words.is_proven : words.is_consistent));
  for (const sentence of says) proven.append(element("p", sentence, "say"));
  for (const { name, bytes } of given.document) {
    const same = found.documents.includes(hexOf(sha256(bytes)));
    proven.append(element("p", same ? words.same_document(name) : words.other_document(name), same ? "say" : "say bad"));
  }
  const open = element("section");
  open.append(element("h3", words.not_proven), element("ul"));
  for (const sentence of not) open.lastChild.append(element("li", sentence));
  columns.append(proven, open);
  place.append(columns, element("h3", words.facts), facts(details(words, found, spent)));
}

function details(words, found, spent) {
  const { certificate } = found;
  const label = words.labels;
  return [
    [label.network, `${certificate.chain_id} · ${certificate.genesis}`],
    [label.contract, certificate.contract],
    [label.block, `${found.number} · ${timeOf(found.time)}`],
    [label.hash, found.hash],
    [label.scheme, words.schemes[certificate.seal.scheme]],
    [label.signers, found.signers.join(" ")],
    [label.payable, certificate.payable.id],
    [label.lot, certificate.lot.id],
    [label.path, certificate.lot.path.join(" / ") || words.no],
    [label.holder, String(found.lot.holder)],
    [label.keys, found.keys.join(" ") || words.no],
    [label.promise, certificate.promise ?? words.no],
    [label.content, found.documents.join(" ") || words.no],
    [label.file, hexOf(sha256(given.certificate.bytes))],
    [label.speed, `${spent.toFixed(0)} ms`],
  ];
}

function facts(rows) {
  const list = element("dl", undefined, "facts");
  for (const [name, value] of rows) list.append(element("dt", name), element("dd", value));
  return list;
}

async function take(kind, files) {
  const read = await Promise.all([...files].map(async (file) => ({ name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) })));
  if (read.length > 0) given[kind] = kind === "document" ? read : read[0];
  speak();
}

export function start() {
  if (navigator.language?.toLowerCase().startsWith("zh")) language = "zh";
  for (const kind of Object.keys(given)) {
    const box = part(`${kind}-box`);
    const input = part(`${kind}-file`);
    input.addEventListener("change", () => take(kind, input.files));
    box.addEventListener("dragover", (event) => {
      event.preventDefault();
      box.classList.add("over");
    });
    box.addEventListener("dragleave", () => box.classList.remove("over"));
    box.addEventListener("drop", (event) => {
      event.preventDefault();
      box.classList.remove("over");
      take(kind, event.dataTransfer.files);
    });
  }
  part("clear").addEventListener("click", () => {
    Object.assign(given, { certificate: null, pin: null, document: [] });
    for (const input of document.querySelectorAll("input")) input.value = "";
    speak();
  });
  for (const [code, name] of Object.entries(LANGUAGES)) {
    const button = element("button", name);
    button.type = "button";
    button.dataset.language = code;
    button.addEventListener("click", () => {
      language = code;
      speak();
    });
    part("languages").append(button);
  }
  speak();
}
