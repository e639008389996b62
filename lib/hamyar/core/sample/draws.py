"""Repeatable randomness: one stream for each block of families and purpose, and opaque codes.

A block is always drawn whole and then cut, so a family's draws do not depend on how many families are wanted.
Only uniform numbers are taken from the generator; everything else is made of them by plain arithmetic,
because numpy promises the uniform stream and not those of its distributions.
"""

from collections.abc import Sequence

import numpy as np

BLOCK = 1_200
DOZEN = 12
# Crockford's letters without the remaining vowels: nothing to misread, and no word can appear.
ALPHABET = np.frombuffer(b"0123456789BCDFGHJKMNPQRSTVWXYZ", dtype=np.uint8)
_ROUNDS = 4


class Draws:
    """Random columns for the families ``keep`` of one block, from the stream named by ``key``."""

    def __init__(self, key: Sequence[int], keep: slice) -> None:
        self._generator = np.random.Generator(np.random.PCG64(np.random.SeedSequence(list(key))))
        self._keep = keep

    def uniform(self, low: float = 0.0, high: float = 1.0, columns: int | None = None) -> np.ndarray:
        """Numbers in [low, high), shape (families,) or (families, columns)."""
        shape = (BLOCK,) if columns is None else (BLOCK, columns)
        return low + (high - low) * self._generator.random(shape)[self._keep]

    def bell(self, low: float, high: float) -> np.ndarray:
        """Numbers in [low, high), most of them near the middle."""
        return low + (high - low) * (self._generator.random((BLOCK, 3))[self._keep].sum(axis=1) / 3)

    def chance(self, probability: float) -> np.ndarray:
        return self.uniform() < probability

    def pick(self, weights: Sequence[float], columns: int | None = None) -> np.ndarray:
        """Positions in ``weights``, each as often as its weight says."""
        edges = np.cumsum(weights)
        return np.searchsorted(edges[:-1], self.uniform(0, float(edges[-1]), columns), side="right")

    def whole(self, low: int, high: int, columns: int | None = None) -> np.ndarray:
        """Whole numbers from ``low`` to ``high``, both included."""
        return np.floor(self.uniform(low, high + 1, columns)).astype(np.int64)

    def dozen(self) -> np.ndarray:
        """A card from 0 to 11 for each family: every dozen of consecutive families holds each card once."""
        shuffled = self._generator.random((BLOCK // DOZEN, DOZEN)).argsort(axis=1)
        return shuffled.reshape(BLOCK)[self._keep]


def opaque_codes(numbers: np.ndarray, seed: int, prefix: str, length: int) -> np.ndarray:
    """Codes such as ``S-4K7QX2`` for whole ``numbers``: different for different numbers, and telling nothing.

    ``length`` is even; numbers go up to 30 ** length.  A Feistel network over the two halves of the code
    is one-to-one whatever its round function mixes, so no list of used codes is needed.
    Returns an object array of text.
    """
    half = len(ALPHABET) ** (length // 2)
    left, right = np.divmod(np.asarray(numbers, dtype=np.uint64), np.uint64(half))
    for key in np.random.SeedSequence([seed, length]).generate_state(_ROUNDS, np.uint64):
        left, right = right, (left + _mixed(right + key) % np.uint64(half)) % np.uint64(half)
    value = (left * np.uint64(half) + right).astype(np.int64)
    letters = np.empty((len(value), len(prefix) + length), dtype=np.uint8)
    letters[:, : len(prefix)] = np.frombuffer(prefix.encode("ascii"), dtype=np.uint8)
    for place in range(length):
        value, digit = np.divmod(value, len(ALPHABET))
        letters[:, len(prefix) + place] = ALPHABET[digit]
    return text_of(letters)


def _mixed(value: np.ndarray) -> np.ndarray:
    """A 64-bit finaliser: every input bit moves every output bit; overflow is meant."""
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))


def text_of(letters: np.ndarray) -> np.ndarray:
    """Rows of ASCII bytes as an object array of text."""
    rows = np.ascontiguousarray(letters)
    return rows.view(f"S{rows.shape[1]}").ravel().astype(f"U{rows.shape[1]}").astype(object)
