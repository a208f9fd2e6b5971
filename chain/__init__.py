"""Python and the EVM: node, signing, sending, reading. Knows nothing of receivables beyond generated types."""
