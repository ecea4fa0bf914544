"""The tree against the definition in RFC 6962, which is recursive where ours grows."""

from hashlib import sha256

import pytest

from college.core.merkle import Tree, leaf_hash


def by_definition(leaves: list[bytes]) -> bytes:
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return sha256(b"\0" + leaves[0]).digest()
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return sha256(b"\1" + by_definition(leaves[:half]) + by_definition(leaves[half:])).digest()


def test_the_root_is_that_of_the_definition_at_every_size():
    leaves: list[bytes] = []
    tree = Tree()
    for n in range(131):
        assert tree.root == by_definition(leaves)
        tree = Tree(tree.size, tree.edge)  # as the next seal finds it
        leaves.append(str(n).encode())
        tree.add(leaf_hash(leaves[-1]))


def test_an_edge_of_another_size_is_refused():
    with pytest.raises(ValueError, match="none of a tree of 3 leaves"):
        Tree(3, bytes(32))
