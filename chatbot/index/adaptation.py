"""The chunks and the everyday layer come in; the built-in embedding adapted to them, or kept from before, goes out."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from chatbot.chunks import Chunk
from chatbot.embedding import AdaptedEmbedding, EverydayEntry, TextUnit, adapt_embedding, build_pairs
from chatbot.index.everyday import EverydayText
from chatbot.sheets import Sheet

TRAINED_ON = "trained_on.json"
MAX_CHANGED = 0.05
SEED = 0

Texts = dict[str, tuple[str, int]]


def list_texts(chunks: Mapping[str, Iterable[Chunk]], everyday: Iterable[EverydayText]) -> Texts:
    """Give the hash and the length of all that there is to learn from, by sheet and by everyday text."""
    texts = {sheet_id: "\n".join(chunk.text for chunk in parts) for sheet_id, parts in chunks.items()}
    texts |= {f"everyday {entry.sheet_id}": entry.text for entry in everyday}
    return {key: (hashlib.blake2b(text.encode(), digest_size=8).hexdigest(), len(text)) for key, text in texts.items()}


def read_trained_on(folder: Path) -> Texts:
    """Read what the embedding in a folder has learned from; nothing when it doesn't say."""
    try:
        return {
            key: (digest, length) for key, (digest, length) in json.loads((folder / TRAINED_ON).read_text()).items()
        }
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def measure_change(old: Texts, new: Texts) -> float:
    """Give the share of the characters that came, went or changed, from 0 to 1."""
    lengths = {key: max(texts[key][1] for texts in (old, new) if key in texts) for key in old.keys() | new.keys()}
    changed = sum(length for key, length in lengths.items() if old.get(key) != new.get(key))
    return changed / max(1, sum(lengths.values()))


def adapt_to_sheets(
    sheets: Mapping[str, Sheet],
    chunks: Mapping[str, Iterable[Chunk]],
    everyday: Iterable[EverydayText],
    progress: Callable[[float], object],
) -> AdaptedEmbedding:
    """Train the built-in embedding; the everyday texts of sheets that are not loaded teach it too."""
    units = (
        TextUnit(
            chunk.sheet_id, sheets[chunk.sheet_id].title, f"{chunk.heading} {chunk.subheading}".strip(), chunk.text
        )
        for parts in chunks.values()
        for chunk in parts
    )
    entries = (EverydayEntry(entry.sheet_id, entry.title, entry.phrases) for entry in everyday)
    return adapt_embedding(build_pairs(units, entries, SEED), SEED, progress)


def save_trained(embedding: AdaptedEmbedding, texts: Texts, folder: Path) -> None:
    """Write an embedding into a folder, with what it has learned from."""
    embedding.save(folder)
    (folder / TRAINED_ON).write_text(json.dumps(texts), encoding="utf-8")
