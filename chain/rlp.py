"""RLP, the encoding that Ethereum hashes: bytes and lists of them. Integers are passed as shortest big-endian bytes (`number`)."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from chain.errors import BadRlp

Item = bytes | list[Any] | tuple[Any, ...]


def number(value: int) -> bytes:
    """Shortest big-endian bytes; zero is empty."""
    return value.to_bytes((value.bit_length() + 7) // 8, "big")


def encode(item: Item) -> bytes:
    """Encodes bytes or a nested list of bytes."""
    if isinstance(item, bytes):
        size = len(item)
        if size == 1 and item[0] < 0x80:
            return item
        return _head(size, 0x80) + item
    return joined([encode(each) for each in item])


def joined(parts: Iterable[bytes]) -> bytes:
    """A list whose elements are encoded already."""
    body = b"".join(parts)
    return _head(len(body), 0xC0) + body


@lru_cache(maxsize=4096)
def _head(size: int, offset: int) -> bytes:
    if size < 56:
        return bytes((offset + size,))
    length = number(size)
    return bytes((offset + 55 + len(length),)) + length


def decode(data: bytes) -> Item:
    """Decodes one item that fills `data`. BadRlp when it is not canonical or anything follows it."""
    item, end = _item(data, 0, depth=0)
    if end != len(data):
        raise BadRlp("bytes follow the item")
    return item


def _item(data: bytes, at: int, *, depth: int) -> tuple[Item, int]:
    if at >= len(data) or depth > 32:
        raise BadRlp("cut short or nested too deep")
    first = data[at]
    if first < 0x80:
        return data[at : at + 1], at + 1
    start, end = _span(data, at, offset=0x80 if first < 0xC0 else 0xC0)
    if first >= 0xC0:
        items: list[Item] = []
        while start < end:
            item, start = _item(data, start, depth=depth + 1)
            items.append(item)
        if start != end:
            raise BadRlp("a list's element passes its end")
        return items, end
    if end - start == 1 and data[start] < 0x80:
        raise BadRlp("a single byte stands for itself")
    return data[start:end], end


def _span(data: bytes, at: int, *, offset: int) -> tuple[int, int]:
    """Start and end of the body of the item at `at`."""
    size, start = data[at] - offset, at + 1
    if size > 55:
        start += size - 55
        length = data[at + 1 : start]
        size = int.from_bytes(length, "big")
        if size < 56 or length[0] == 0:
            raise BadRlp("the length has a shorter form")
    if start + size > len(data):
        raise BadRlp("cut short")
    return start, start + size
