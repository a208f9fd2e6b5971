#!/usr/bin/env node
// Makes npm's solc answer like the native compiler, for Foundry, py-solc-x and analysers: --version, and --standard-json from stdin.
"use strict";
const solc = require("solc");

if (process.argv.includes("--version")) {
  process.stdout.write("solc, the solidity compiler commandline interface\nVersion: " + solc.version().replace("Emscripten.clang", "Linux.g++") + "\n");
} else if (process.argv.includes("--standard-json")) {
  process.stdout.write(solc.compile(require("fs").readFileSync(0, "utf8")));
} else {
  process.stderr.write("only --version and --standard-json are served\n");
  process.exit(1);
}
