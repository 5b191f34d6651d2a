"""Documents in three fields (text of the chunks, names, everyday words) in; BM25 scores per chunk and per sheet out."""

import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import bm25s
import numpy as np
import numpy.typing as npt
import Stemmer

from chatbot.chunks import Chunk

Scores = npt.NDArray[np.float32]
WORD = re.compile(r"[^\W_]+")
MOST_KNOWN = 200_000
FIELDS = ("text", "name", "everyday")
CONTENTS = "keywords.json"
# Words that carry no subject, in sheets and in questions, the way people type them included; not "son", "car" or "or",
# which are subjects too.
STOP_WORDS = frozenset({
    "a", "afin", "ai", "aimerai", "aimerais", "ainsi", "alors", "and", "apres", "as", "au", "aussi", "autre", "autres",
    "aux", "avec", "avez", "avoir", "bcp", "beaucoup", "bien", "bjr", "bonjour", "bonsoir", "c", "ca", "cb",
    "ce", "cela", "celle", "celui", "ces", "cest", "cet", "cette", "ceux", "chez", "cmb", "combien", "comme", "comment",
    "d", "dans", "de", "depuis", "des", "devenir", "deviens", "dit", "doit", "donc", "dont", "du", "elle", "elles",
    "en", "est", "et", "etaient", "etait", "ete", "etes", "etre", "eux", "exactement", "fait", "faire", "faudrait",
    "faut", "fo", "font", "genre", "he", "hein", "how", "i", "il", "ils", "is", "j", "jaimerai", "jai", "je", "jveu",
    "jveux", "koi", "kel", "l", "la", "le", "les", "leur", "leurs", "lui", "m", "ma", "mais", "me", "meme", "merci",
    "mes", "mettre", "moi", "moins", "mon", "my", "n", "ne", "ni", "nos", "notre", "nous", "of", "oh", "on", "ont",
    "ou", "oui", "par", "parce", "parle", "parler", "pas", "peu", "peut", "peux", "pk", "plait", "plus", "plutot",
    "pour", "pourquoi", "pouvez", "pr", "puis", "puisse", "qd", "qu", "quand", "que", "quel", "quelle", "quelles",
    "quels", "qui", "quoi", "s", "sa", "salut", "se", "sera", "ses", "si", "sinon", "slt", "soit", "sont", "stp",
    "suis", "sur", "svp", "t", "ta", "te", "tes", "the", "to", "toi", "ton", "tous", "tout", "toute", "toutes", "tres",
    "tu", "un", "une", "vais", "va", "veut", "veux", "vers", "via", "voudrais", "voudrait", "vos", "votre", "vous",
    "vraiment", "what", "y",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class KeywordScores:
    """BM25 scores of one query: per chunk, and per sheet for its best chunk, its names and its everyday words."""

    chunks: Scores
    text: Scores
    name: Scores
    everyday: Scores


class Stems:
    """Texts to stems: lower case, no accents, stop words out, French Snowball."""

    def __init__(self) -> None:
        self._stemmer = Stemmer.Stemmer("french")
        self._known: dict[str, str] = {}

    def split(self, text: str) -> list[str]:
        """Give the stems of a text, in order; '' stands for none of them."""
        known = self._known
        if len(known) > MOST_KNOWN:  # words that nobody says twice
            known.clear()
        stems = []
        for word in WORD.findall(text.lower()):
            stem = known.get(word)
            if stem is None:
                known[word] = stem = self._stem(word)
            if stem:
                stems.append(stem)
        return stems

    def of_words(self, folded: Sequence[str]) -> list[str]:
        """Give the stem of each of many folded words; '' for one without meaning."""
        stems = self._stemmer.stemWords(list(folded))
        return ["" if word in STOP_WORDS else stem for word, stem in zip(folded, stems, strict=True)]

    def _stem(self, word: str) -> str:
        # Snowball knows French by its accents, questions often lack them: both sides are folded first.
        word = word.replace("œ", "oe").replace("æ", "ae")
        folded = "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))
        return "" if folded in STOP_WORDS else self._stemmer.stemWord(folded)


class Keywords:
    """The keyword index of the sheets, in memory."""

    def __init__(
        self,
        sheet_ids: Sequence[str],
        starts: npt.NDArray[np.int64],
        vocabulary: dict[str, int],
        fields: Mapping[str, bm25s.BM25],
    ) -> None:
        self.sheet_ids = tuple(sheet_ids)
        self.places = {sheet_id: place for place, sheet_id in enumerate(self.sheet_ids)}
        self._starts = starts
        self._vocabulary = vocabulary
        self._fields = fields
        self._stems = Stems()
        held = np.diff(fields["text"].scores["indptr"])[: len(vocabulary)]
        chunks = fields["text"].scores["num_docs"]
        self._weights: list[float] = np.log(1 + (chunks - held + 0.5) / (held + 0.5)).tolist()
        self._rarest = max(self._weights, default=1.0)

    def score(self, query: str) -> KeywordScores:
        """Score every chunk and every sheet; zeros when no word of the query is known."""
        numbers = [self._vocabulary[stem] for stem in self._stems.split(query) if stem in self._vocabulary]
        text, name, everyday = (self._score_field(field, numbers) for field in FIELDS)
        best = np.maximum.reduceat(text, self._starts) if len(self._starts) else text
        return KeywordScores(text, best, name, everyday)

    def chunk_scores(self, scores: KeywordScores, sheet_id: str) -> Scores:
        """Give the scores of one sheet's chunks, in its order; empty for an unknown sheet."""
        place = self.places.get(sheet_id)
        if place is None:
            return scores.chunks[:0]
        end = self._starts[place + 1] if place + 1 < len(self._starts) else len(scores.chunks)
        return scores.chunks[self._starts[place] : end]

    def holding(self, text: str, mend: Callable[[str], Iterable[str]]) -> set[str]:
        """Give the sheets in which every word of a text stands, in any field; none for a text of stop words.

        A word that stands nowhere counts as the start of one ("infirm"), else as those that `mend` takes it for.
        """
        kept: set[int] | None = None
        for word in WORD.findall(text.lower()):
            for stem in self._stems.split(word):
                places = self._places_of([stem])
                if not places:
                    begun = [other for other in self._vocabulary if other.startswith(stem)] if len(stem) > 2 else []
                    places = self._places_of(begun or [s for other in mend(word) for s in self._stems.split(other)])
                kept = places if kept is None else kept & places
        return {self.sheet_ids[place] for place in kept or ()}

    def _places_of(self, stems: Iterable[str]) -> set[int]:
        """Give the places of the sheets that hold one of these stems."""
        places: set[int] = set()
        for number in (self._vocabulary[stem] for stem in stems if stem in self._vocabulary):
            for field, index in self._fields.items():
                start, end = index.scores["indptr"][number : number + 2]
                rows = index.scores["indices"][start:end]
                places.update((np.searchsorted(self._starts, rows, "right") - 1 if field == "text" else rows).tolist())
        return places

    def knows(self, word: str) -> bool:
        """Whether a word, as it is or inflected, stands in any document."""
        return all(stem in self._vocabulary for stem in self._stems.split(word))

    def stems_of(self, text: str) -> list[str]:
        """Give the stems of a text as the index sees them."""
        return self._stems.split(text)

    @property
    def vocabulary_size(self) -> int:
        """How many stems the index knows."""
        return len(self._vocabulary)

    def number_of(self, stem: str) -> int | None:
        """Give the number of a stem; None for one that no document holds."""
        return self._vocabulary.get(stem)

    def number_words(self, words: Sequence[str]) -> npt.NDArray[np.int64]:
        """Give the number of each word's stem, -1 for a word without one that is known."""
        return np.array([self._vocabulary.get(stem, -1) if stem else -1 for stem in self._stems.of_words(words)])

    def words_by_stem(self, text: str) -> dict[str, str]:
        """Give each stem of a text with the first word that has it."""
        words: dict[str, str] = {}
        for word in WORD.findall(text.lower()):
            for stem in self._stems.split(word):
                words.setdefault(stem, word)
        return words

    def documents_of(self, sheet_id: str) -> tuple[range, range]:
        """Give the places of a sheet's documents: its chunks in the field "text", and its one in the other fields."""
        place = self.places[sheet_id]
        end = self._starts[place + 1] if place + 1 < len(self._starts) else self._fields["text"].scores["num_docs"]
        return range(int(self._starts[place]), int(end)), range(place, place + 1)

    def stems_by_document(self, field: str) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int64]]:
        """Give the numbers of the stems of every document end to end, and where each document starts, and the end."""
        scores = self._fields[field].scores
        stems = np.repeat(np.arange(len(scores["indptr"]) - 1, dtype=np.int32), np.diff(scores["indptr"]))
        order = np.argsort(scores["indices"], kind="stable")
        starts = np.searchsorted(scores["indices"][order], np.arange(int(scores["num_docs"]) + 1))
        return stems[order], starts

    def weight_of(self, stem: str) -> float:
        """Tell how rare a stem is among the chunks (inverse document frequency); an unknown one is rarest."""
        number = self._vocabulary.get(stem)
        return self._weights[number] if number is not None and number < len(self._weights) else self._rarest

    def _score_field(self, field: str, numbers: list[int]) -> Scores:
        index = self._fields[field]
        if not numbers:
            return np.zeros(index.scores["num_docs"], np.float32)
        return np.asarray(index.get_scores_from_ids(numbers), np.float32)

    def save(self, folder: Path) -> None:
        """Write the index into a folder, made if missing."""
        folder.mkdir(parents=True, exist_ok=True)
        for field, index in self._fields.items():
            scores = index.scores
            np.savez(folder / f"{field}.npz", data=scores["data"], indices=scores["indices"], indptr=scores["indptr"],
                     num_docs=scores["num_docs"])  # fmt: skip
        contents = {
            "sheet_ids": self.sheet_ids,
            "starts": self._starts.tolist(),
            "stems": sorted(self._vocabulary, key=self._vocabulary.__getitem__),
        }
        (folder / CONTENTS).write_text(json.dumps(contents, ensure_ascii=False), encoding="utf-8")


def build_keywords(
    chunks: Iterable[Chunk], names: Mapping[str, str], everyday: Mapping[str, str]
) -> Keywords:
    """Index chunks (those of a sheet stand together), the names of each sheet and its everyday words."""
    stems = Stems()
    sheet_ids: dict[str, int] = {}
    texts: list[list[str]] = []
    for chunk in chunks:
        sheet_ids.setdefault(chunk.sheet_id, len(texts))
        texts.append(stems.split(f"{chunk.breadcrumb} {chunk.text}"))
    documents = {
        "text": texts,
        "name": [stems.split(names.get(sheet_id, "")) for sheet_id in sheet_ids],
        "everyday": [stems.split(everyday.get(sheet_id, "")) for sheet_id in sheet_ids],
    }
    vocabulary: dict[str, int] = {}
    for stem in chain.from_iterable(chain.from_iterable(documents.values())):
        vocabulary.setdefault(stem, len(vocabulary))
    vocabulary.setdefault("", len(vocabulary))
    fields = {}
    for field, split in documents.items():
        index = bm25s.BM25()
        numbers = [[vocabulary[stem] for stem in document] for document in split]
        index.index((numbers, vocabulary), create_empty_token=False, show_progress=False)
        fields[field] = index
    return Keywords(list(sheet_ids), np.array(list(sheet_ids.values()), np.int64), vocabulary, fields)


def open_keywords(folder: Path) -> Keywords:
    """Open the index saved in a folder; raise FileNotFoundError when there is none."""
    contents = json.loads((folder / CONTENTS).read_text(encoding="utf-8"))
    vocabulary = {stem: number for number, stem in enumerate(contents["stems"])}
    fields = {}
    for field in FIELDS:
        index = bm25s.BM25()
        with np.load(folder / f"{field}.npz", allow_pickle=False) as arrays:
            index.scores = {name: arrays[name] for name in ("data", "indices", "indptr")}
            index.scores["num_docs"] = int(arrays["num_docs"])
        index.vocab_dict = vocabulary
        index.unique_token_ids_set = set(vocabulary.values())
        index.nonoccurrence_array = None  # Lucene's variant of BM25 gives absent words no score
        fields[field] = index
    return Keywords(contents["sheet_ids"], np.array(contents["starts"], np.int64), vocabulary, fields)
