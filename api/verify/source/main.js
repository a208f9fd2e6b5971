// Starts the page in a browser. Without one (tests) only offers the verifier, and the parts that recorded headers and proofs are tried on.
import { bytesOf, decodeRlp, hexOf, proven } from "./chain.js";
import { verify } from "./check.js";
import { start } from "./page.js";
import { cliqueSigner, qbftSigners } from "./seal.js";
import { amountOf, sentences, TEXTS } from "./texts.js";

globalThis.tallystick = { verify, sentences, amountOf, TEXTS, bytesOf, hexOf, decodeRlp, proven, qbftSigners, cliqueSigner };
if (typeof document !== "undefined") start();
