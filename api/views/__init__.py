"""Answers to questions, as schemas: what HTTP, CLI and console show. A view asks services and shapes; it decides nothing."""
