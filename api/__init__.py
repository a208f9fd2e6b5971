"""Entry points: REST, console, command line. No business decision, no SQL."""
