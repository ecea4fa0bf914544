"""The Merkle tree of RFC 6962, grown leaf by leaf: only its right edge is kept.

Source: RFC 6962 section 2.1. A leaf is hashed after 0x00 and a node after 0x01, so that neither can
be passed off as the other.
"""

from hashlib import sha256

HASH_BYTES = 32
EMPTY = sha256(b"").digest()


def leaf_hash(data: bytes) -> bytes:
    return sha256(b"\0" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\1" + left + right).digest()


class Tree:
    """`edge` holds the roots of the full subtrees, largest first: one for each 1 bit of `size`."""

    def __init__(self, size: int = 0, edge: bytes = b"") -> None:
        if len(edge) != HASH_BYTES * size.bit_count():
            raise ValueError(f"an edge of {len(edge)} bytes is none of a tree of {size} leaves")
        self.size = size
        self._roots = [edge[n : n + HASH_BYTES] for n in range(0, len(edge), HASH_BYTES)]

    def add(self, leaf: bytes) -> None:
        """Append a leaf by its hash."""
        node, rest = leaf, self.size
        while rest & 1:
            node = node_hash(self._roots.pop(), node)
            rest >>= 1
        self._roots.append(node)
        self.size += 1

    @property
    def edge(self) -> bytes:
        return b"".join(self._roots)

    @property
    def root(self) -> bytes:
        if not self._roots:
            return EMPTY
        node = self._roots[-1]
        for left in reversed(self._roots[:-1]):
            node = node_hash(left, node)
        return node
