"""The schema's history. `kernel.schema` runs it; see README.md for the one command that remakes it while it is not released."""
