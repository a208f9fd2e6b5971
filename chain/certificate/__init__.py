"""Claim certificates: files that prove who holds a lot as of a block, without trust in whoever hands them out. Specified in CERTIFICATE.md.

`form` is the file, `check` verifies it, `pin` is the trust root, `build` puts one together from a node's answers. Pure: no network, no
database, no clock.
"""
