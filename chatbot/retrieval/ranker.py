"""Features of candidates in; their scores out, by weights fitted so that the right sheet comes first."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from chatbot.retrieval.features import FEATURES, Floats

WEIGHTS = Path(__file__).parent.parent / "data" / "ranker.json"


@dataclass(frozen=True, slots=True)
class Lesson:
    """The candidates of one question, which of them are right, and how much the question counts."""

    features: Floats
    right: npt.NDArray[np.bool_]
    weight: float = 1.0


def read_weights(path: Path = WEIGHTS, features: Sequence[str] = FEATURES) -> Floats:
    """Read fitted weights; raise ValueError when they are of other features."""
    weights = json.loads(path.read_text(encoding="utf-8"))
    if list(weights) != list(features):
        raise ValueError(f"{path} holds weights of {list(weights)}, not of {list(features)}: fit them again.")
    return np.array(list(weights.values()), np.float32)


def write_weights(weights: Floats, path: Path = WEIGHTS, features: Sequence[str] = FEATURES) -> None:
    """Write fitted weights, each with the name of its feature."""
    named = {name: round(float(weight), 4) for name, weight in zip(features, weights, strict=True)}
    path.write_text(json.dumps(named, indent=1) + "\n", encoding="utf-8")


def softmax(scores: Floats) -> Floats:
    """Give the chance of each score to be the right one's (0 to 1, all together 1)."""
    chances = np.exp(scores - scores.max())
    return np.asarray(chances / chances.sum(), np.float32)


def fit_weights(
    lessons: Sequence[Lesson], ridge: float = 1e-3, steps: int = 400, start: Floats | None = None
) -> Floats:
    """Fit weights listwise: the chance of drawing a right row by softmax, gradient steps by Adam.

    The ridge pulls towards the weights `start`, or towards 0.
    """
    useful = [lesson for lesson in lessons if lesson.right.any() and not lesson.right.all()]
    features = np.concatenate([lesson.features for lesson in useful]).astype(np.float64)
    right = np.concatenate([lesson.right for lesson in useful])
    lengths = np.array([len(lesson.right) for lesson in useful])
    starts = np.cumsum(lengths) - lengths
    counts = np.array([lesson.weight for lesson in useful])
    scale = features.std(axis=0) + 1e-6
    features /= scale
    first = np.zeros(features.shape[1]) if start is None else start * scale
    weights = first.copy()
    mean, square = np.zeros_like(weights), np.zeros_like(weights)
    for step in range(1, steps + 1):
        scores = features @ weights
        scores -= np.repeat(np.maximum.reduceat(scores, starts), lengths)
        chances = np.exp(scores)
        among_right = chances * right
        wanted = among_right / np.repeat(np.add.reduceat(among_right, starts), lengths)
        got = chances / np.repeat(np.add.reduceat(chances, starts), lengths)
        error: npt.NDArray[np.float64] = (got - wanted) * np.repeat(counts, lengths) / counts.sum()
        slope = features.T @ error + ridge * (weights - first)
        mean = 0.9 * mean + 0.1 * slope
        square = 0.99 * square + 0.01 * slope**2
        rate = 0.1 * (1 - step / (steps + 1))
        weights -= rate * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.99**step)) + 1e-8)
    return np.asarray(weights / scale, np.float32)
