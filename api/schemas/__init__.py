"""What goes in and out over HTTP, and what the CLI prints: one file per context. No decisions, only shapes."""
