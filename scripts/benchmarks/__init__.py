"""Benchmarks of scripts/bench: our figures on real parts, beside a baseline that is measured in the same run and the published ones."""
