"""Bundles the page that verifies certificates in a browser into one file that loads nothing: script, style and licences stand in it."""

import base64
import hashlib
import html
import json
import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "api" / "verify" / "source"
PAGE = ROOT / "api" / "verify" / "index.html"
LOCK = ROOT / "contracts" / "package-lock.json"
# What is bundled, and what bundles it.
LIBRARIES = ("@noble/curves", "@noble/hashes", "micro-eth-signer")
BUNDLER = "esbuild"


def fingerprint() -> str:
    """Hash of the sources and of the exact packages that the page is made of."""
    found = hashlib.sha256()
    for path in sorted(SOURCE.iterdir()):
        found.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    packages = json.loads(LOCK.read_text())["packages"]
    for name in (*LIBRARIES, BUNDLER):
        found.update(f"{name} {packages[f'node_modules/{name}']['integrity']}\n".encode())
    return found.hexdigest()


def recorded() -> str:
    """The hash that the page says it was made from."""
    found = re.search(r"sources ([0-9a-f]{64})\.", PAGE.read_text())
    return found[1] if found else ""


def build(modules: Path) -> str:
    """The page's text."""
    (bundler,) = modules.glob(f"@{BUNDLER}/*/bin/{BUNDLER}")
    command: list[str | Path] = [bundler, SOURCE / "main.js", "--bundle", "--minify", "--format=iife"]
    command += ["--target=es2022", "--charset=utf8", "--legal-comments=none", "--log-level=warning"]
    bundled = subprocess.run(command, env={**os.environ, "NODE_PATH": str(modules)}, check=True, capture_output=True, text=True)
    # A text in the script must not end it.
    script = bundled.stdout.strip().replace("</script", "<\\/script")
    style = re.sub(r"\s+", " ", (SOURCE / "page.css").read_text()).strip()
    policy = f"default-src 'none'; script-src '{_digest(script)}'; style-src '{_digest(style)}'; base-uri 'none'; form-action 'none'"
    parts = {"SOURCES": fingerprint(), "POLICY": policy, "STYLE": style, "LICENCES": html.escape(_licences(modules)), "SCRIPT": script}
    template = (SOURCE / "page.html").read_text()
    return re.sub(r"@([A-Z]+)@", lambda found: parts[found[1]], template)


def _digest(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _licences(modules: Path) -> str:
    texts = []
    for name in LIBRARIES:
        version = json.loads((modules / name / "package.json").read_text())["version"]
        texts.append(f"{name} {version}\n\n{(modules / name / 'LICENSE').read_text().strip()}")
    return "\n\n\n".join(texts)


def main() -> int:
    """Writes the page, or with `--check` says whether it is the one that would be written."""
    made = build(Path(os.environ["NODE_MODULES"]))
    if sys.argv[1:] == ["--check"]:
        if PAGE.read_text() != made:
            print("api/verify/index.html is not made from its sources; run scripts/build-verify", file=sys.stderr)
            return 1
        return 0
    PAGE.write_text(made)
    print(f"{PAGE.relative_to(ROOT)}: {len(made.encode())} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
