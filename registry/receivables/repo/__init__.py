"""SQL of invoices, payables, lots, offers and documents. Mirror tables are only read here; the indexer writes them."""
