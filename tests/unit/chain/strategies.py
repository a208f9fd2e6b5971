"""Hypothesis strategies for ABI values, from the ABI's own types."""

from typing import Any

from hypothesis import strategies as st

from chain.codec import Field


def value(field: Field) -> st.SearchStrategy[Any]:
    """Any value of an ABI field: structs as tuples, arrays as short tuples."""
    kind = str(field["type"])
    if kind.endswith("]"):
        element = {**field, "type": kind[: kind.rindex("[")]}
        return st.lists(value(element), max_size=4).map(tuple)
    if kind == "tuple":
        return st.tuples(*[value(part) for part in field["components"]])
    if kind.startswith("uint"):
        return st.integers(0, 2 ** int(kind.removeprefix("uint")) - 1)
    if kind == "bytes":
        return st.binary(max_size=80)
    if kind.startswith("bytes"):
        size = int(kind.removeprefix("bytes"))
        return st.binary(min_size=size, max_size=size)
    return {
        "bool": st.booleans(),
        "address": st.binary(min_size=20, max_size=20).map(lambda raw: "0x" + raw.hex()),
        "string": st.text(max_size=40),
    }[kind]


def values(fields: tuple[Field, ...]) -> st.SearchStrategy[tuple[Any, ...]]:
    """Values for all inputs of an ABI entry."""
    return st.tuples(*[value(field) for field in fields])
