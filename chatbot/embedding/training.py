"""Pairs of texts come in; the French word vectors, adapted so that paired texts lie close, go out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from chatbot.embedding.french import FrenchVectors, read_french_vectors
from chatbot.embedding.pairs import Pair
from chatbot.embedding.table import AdaptedEmbedding, build_embedding
from chatbot.embedding.words import split_words

if TYPE_CHECKING:
    import torch

DIMENSION = 300
BATCH = 1024
EPOCHS = 2
SCALE = 20.0
RATES = {"map": 2e-3, "residual": 2e-3, "weight": 1e-2}
LAST_RATE = 0.05  # of the first, reached in a straight line
SIF = 1e-3
MAX_WORDS = 200
RESIDUAL_START = 0.01  # a little noise tells apart words that share a French row
# The most frequent French words get a row of their own in any case, and the frequency of a word starts from its rank,
# worth this many words of text: else "du" weighs as much as "pain" in a catalogue of eight sheets.
FREQUENT_WORDS = 2000
PRIOR_WORDS = 100_000
# A word goes without its residual three times in ten, so that the map alone must place words that no sheet uses:
# right sheet in five for 0.966 of the dev questions instead of 0.942.
RESIDUAL_DROPOUT = 0.3
RARE = 3
# Fixed, since the order of the sums, hence the last bits of the vectors, depends on it; one, since two waiting for each
# other on a busy machine took 584 ms a step where one took 219.
THREADS = 1

Numbers = npt.NDArray[np.int64]
Progress = Callable[[float], object]


@dataclass(frozen=True)
class Bags:
    """The word numbers of many texts, end to end."""

    words: Numbers
    starts: Numbers
    lengths: Numbers

    def take(self, texts: Numbers) -> tuple[Numbers, Numbers]:
        """Return the words of the chosen texts, end to end, and where each text starts."""
        lengths = self.lengths[texts]
        offsets = np.cumsum(lengths) - lengths
        places = np.repeat(self.starts[texts] - offsets, lengths) + np.arange(int(lengths.sum()))
        return self.words[places], offsets


@dataclass(frozen=True)
class Examples:
    """Pairs as numbers: the text on the left, the text on the right, the sheet."""

    bags: Bags
    left: Numbers
    right: Numbers
    sheets: Numbers

    def shuffle(self, random: np.random.Generator) -> Iterator[Numbers]:
        """Yield the pairs in random batches of about the same size; a pair with an unknown text is left out."""
        useful = np.flatnonzero((self.bags.lengths[self.left] > 0) & (self.bags.lengths[self.right] > 0))
        if len(useful) > 1:
            yield from np.array_split(random.permutation(useful), self.batches)

    @property
    def batches(self) -> int:
        return -(-len(self.left) // BATCH)


class RowAdam:
    """Adam on parameters of which a step touches a few rows only."""

    def __init__(self, parameters: dict[str, torch.Tensor]) -> None:
        self.parameters = parameters
        self.means = {name: value * 0 for name, value in parameters.items()}
        self.squares = {name: value * 0 for name, value in parameters.items()}
        self.step = 0

    def update(self, leaves: dict[str, torch.Tensor], rows: torch.Tensor, decay: float) -> None:
        """Move the parameters against the gradients of their leaves; the map is moved whole."""
        self.step += 1
        correction = (1 - 0.999**self.step) ** 0.5 / (1 - 0.9**self.step)
        for name, leaf in leaves.items():
            assert leaf.grad is not None  # nosec B101 # for mypy: nothing depends on it
            chosen: slice | torch.Tensor = slice(None) if name == "map" else rows
            mean = self.means[name][chosen].lerp_(leaf.grad, 0.1)
            square = self.squares[name][chosen].mul_(0.999).addcmul_(leaf.grad, leaf.grad, value=0.001)
            size = RATES[name] * decay * correction
            self.parameters[name][chosen] = leaf.detach().addcdiv(mean, square.sqrt().add_(1e-8), value=-size)
            self.means[name][chosen] = mean
            self.squares[name][chosen] = square


def number_words(texts: Iterable[str], french: FrenchVectors) -> tuple[list[str], Numbers, Bags]:
    """Return the words seen (in the French vectors, or at least twice), their counts, and the texts as numbers."""
    split = [split_words(text)[:MAX_WORDS] for text in texts]
    counts = Counter(word for words in split for word in words)
    kept = sorted(
        {word for word, count in counts.items() if count > 1 or word in french.rows}
        | set(french.most_frequent(FREQUENT_WORDS))
    )
    numbers = {word: number for number, word in enumerate(kept)}
    bags = [[numbers[word] for word in words if word in numbers] for words in split]
    lengths = np.array([len(bag) for bag in bags], dtype=np.int64)
    flat = np.fromiter((number for bag in bags for number in bag), dtype=np.int64, count=int(lengths.sum()))
    return kept, np.array([counts[word] for word in kept], np.int64), Bags(flat, np.cumsum(lengths) - lengths, lengths)


def number_pairs(pairs: Sequence[Pair], french: FrenchVectors) -> tuple[list[str], Numbers, Examples]:
    """Return the words of the pairs, their counts, and the pairs as numbers."""
    texts = {text: number for number, text in enumerate(dict.fromkeys(t for p in pairs for t in (p.left, p.right)))}
    sheets = {sheet_id: number for number, sheet_id in enumerate(dict.fromkeys(pair.sheet_id for pair in pairs))}
    words, counts, bags = number_words(texts, french)
    columns = (
        np.array(column, dtype=np.int64)
        for column in (
            [texts[pair.left] for pair in pairs],
            [texts[pair.right] for pair in pairs],
            [sheets[pair.sheet_id] for pair in pairs],
        )
    )
    return words, counts, Examples(bags, *columns)


def adapt_embedding(pairs: Iterable[Pair], seed: int = 0, progress: Progress | None = None) -> AdaptedEmbedding:
    """Return the French vectors adapted to the pairs: same pairs and seed give the same bytes on the same machine.

    Few pairs make few steps, and no pair none: the vectors then stay near the French ones. `progress` is told the
    share done, from 0 to 1.
    """
    import torch

    french = read_french_vectors()
    words, counts, examples = number_pairs(list(pairs), french)
    vectors = french.vectors / np.linalg.norm(french.vectors, axis=1).mean()
    rows = np.zeros((len(words), vectors.shape[1]), dtype=np.float32)
    for number, word in enumerate(words):
        if word in french.rows:
            rows[number] = vectors[french.rows[word]]
    base = torch.from_numpy(rows)
    expected = np.array([french.frequency(word) for word in words])
    frequency = (counts + PRIOR_WORDS * expected) / (counts.sum() + PRIOR_WORDS)
    random = np.random.default_rng(seed)
    parameters = {
        "map": torch.eye(vectors.shape[1], DIMENSION),
        "residual": torch.from_numpy(random.normal(0, RESIDUAL_START, (len(words), DIMENSION)).astype(np.float32)),
        "weight": torch.from_numpy(np.log(SIF / (SIF + frequency)).astype(np.float32)),
    }
    threads = torch.get_num_threads()
    torch.set_num_threads(THREADS)
    try:
        _train(parameters, base, examples, random, progress)
    finally:
        torch.set_num_threads(threads)
    table = (base @ parameters["map"] + parameters["residual"]) * parameters["weight"].exp()[:, None]
    rare = parameters["weight"][torch.from_numpy(counts <= RARE)]
    rare_weight = rare.median().exp() if len(rare) else torch.tensor(1.0)
    others = torch.from_numpy(vectors) @ parameters["map"] * rare_weight
    return build_embedding(words, table.numpy(), french, others.numpy())


def _train(
    parameters: dict[str, torch.Tensor],
    base: torch.Tensor,
    examples: Examples,
    random: np.random.Generator,
    progress: Progress | None,
) -> None:
    import torch

    adam = RowAdam(parameters)
    steps = EPOCHS * examples.batches
    for _ in range(EPOCHS):
        for batch in examples.shuffle(random):
            numbers, offsets = examples.bags.take(np.concatenate((examples.left[batch], examples.right[batch])))
            unique, places = np.unique(numbers, return_inverse=True)
            chosen = torch.from_numpy(unique)
            leaves = {
                name: (value.clone() if name == "map" else value[chosen]).requires_grad_()
                for name, value in parameters.items()
            }
            drawn = random.random((len(unique), 1))  # nosec B311 # NumPy's, seeded: no secret
            kept = torch.from_numpy((drawn >= RESIDUAL_DROPOUT).astype(np.float32))
            vectors = (base[chosen] @ leaves["map"] + leaves["residual"] * kept) * leaves["weight"].exp()[:, None]
            bags = torch.from_numpy(places), vectors, torch.from_numpy(offsets)
            sums = torch.nn.functional.embedding_bag(*bags, mode="sum")
            loss = _loss(sums, torch.from_numpy(examples.sheets[batch]))
            torch.autograd.backward(loss)
            adam.update(leaves, chosen, max(LAST_RATE, 1 - adam.step / steps))
            if progress is not None:
                progress(adam.step / steps)


def _loss(sums: torch.Tensor, sheets: torch.Tensor) -> torch.Tensor:
    """Return how badly each left text finds its right text, and each right its left, among those of other sheets."""
    import torch
    from torch.nn.functional import cross_entropy, normalize

    unit = normalize(sums, dim=1)
    left, right = unit[: len(sheets)], unit[len(sheets) :]
    same = (sheets[:, None] == sheets[None, :]).fill_diagonal_(False)
    scores = (SCALE * left @ right.T).masked_fill(same, -1e4)
    target = torch.arange(len(sheets))
    return (cross_entropy(scores, target) + cross_entropy(scores.T, target)) / 2
