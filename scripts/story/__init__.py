"""The story that scripts/demo tells: real invoices become claims that are split, verified, financed, paid and reconciled."""
