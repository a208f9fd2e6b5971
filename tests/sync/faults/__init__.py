"""Seeded fault simulation of the sync: the real submitter and indexer, a real PostgreSQL, a chain and a node that misbehave by a seed."""
