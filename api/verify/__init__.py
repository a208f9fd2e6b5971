"""The page that verifies certificates in a browser: one file, served at /verify, usable from disk. Made by scripts/build-verify."""
