"""Cases and a chatbot in; what is wrong with each answer, a table by type and the evidence behind each failure out."""

import statistics
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields

from chatbot.answering import Answer, Chatbot, Turn
from chatbot.evaluation.scoring import Case, Fault, find_faults
from chatbot.llm import Composer
from chatbot.question import Question, Ranker

HITS = 5


@dataclass(frozen=True, slots=True)
class Outcome:
    """The answer to the last turn of a case, the turns before it with their answers, and the seconds of each turn."""

    case: Case
    history: tuple[Turn, ...]
    answer: Answer
    faults: tuple[Fault, ...]
    seconds: tuple[float, ...]


def evaluate_answers(cases: Iterable[Case], chatbot: Chatbot | Composer, texts: Mapping[str, str]) -> list[Outcome]:
    """Ask every case, turn by turn with the chatbot's own answers as history; `texts` as `find_faults` wants them."""
    return [_ask(case, chatbot, texts) for case in cases]


def _ask(case: Case, chatbot: Chatbot | Composer, texts: Mapping[str, str]) -> Outcome:
    history: list[Turn] = []
    seconds = []
    for place, message in enumerate(case.turns, 1):
        started = time.perf_counter()
        answer = chatbot.answer(message, history)
        seconds.append(time.perf_counter() - started)
        if place < len(case.turns):
            history += [Turn("user", message), Turn("assistant", answer.text)]
    return Outcome(case, tuple(history), answer, tuple(find_faults(case, answer, texts)), tuple(seconds))


def share_right(outcomes: Sequence[Outcome]) -> float:
    """Give the share of the cases answered without a fault."""
    return sum(not outcome.faults for outcome in outcomes) / max(1, len(outcomes))


def render_outcomes(outcomes: Sequence[Outcome]) -> str:
    """Write right answers by type, the kinds of faults with their number of cases, the latency and the share right."""
    by_type: dict[str, list[bool]] = defaultdict(list)
    for outcome in outcomes:
        by_type[outcome.case.type].append(not outcome.faults)
    kinds = Counter(kind for outcome in outcomes for kind in {fault.kind for fault in outcome.faults})
    seconds = sorted(second for outcome in outcomes for second in outcome.seconds)
    median, late = statistics.median(seconds), seconds[max(0, int(len(seconds) * 0.95) - 1)]
    right = sum(map(sum, by_type.values()))
    return "\n".join(
        (
            *(f"{kind:18s} {sum(marks):4d} / {len(marks):4d}" for kind, marks in sorted(by_type.items())),
            f"faults: {', '.join(f'{kind} {count}' for kind, count in kinds.most_common()) or 'none'}",
            f"latency: median {1000 * median:.0f} ms, p95 {1000 * late:.0f} ms",
            f"right: {right} / {len(outcomes)} = {share_right(outcomes):.3f}",
        )
    )


def render_failures(outcomes: Iterable[Outcome], chatbot: Chatbot | Composer, ranker: Ranker) -> str:
    """Write each failing case as Markdown: its faults, what was understood, the best hits, the answer."""
    failing = [outcome for outcome in outcomes if outcome.faults]
    return "\n\n".join([f"# {len(failing)} failing cases", *(_failure(o, chatbot, ranker) for o in failing)]) + "\n"


def _failure(outcome: Outcome, chatbot: Chatbot | Composer, ranker: Ranker) -> str:
    case, answer = outcome.case, outcome.answer
    understood = chatbot.understand(case.turns[-1], outcome.history)
    said = [f"> **{turn.role}**: {turn.content}".replace("\n", "\n> ") for turn in outcome.history]
    hits = [
        f"- {hit.sheet_id} {chatbot.catalogue.title_of(hit.sheet_id)} (score {hit.score:.1f}, chance {hit.chance:.2f})"
        for hit in ranker.rank(case.turns[-1], limit=HITS)
    ]
    right = ", ".join(f"{i} {chatbot.catalogue.title_of(i)}" for i in (case.gold_ids + case.any_of_ids)[:HITS])
    cited = ", ".join(dict.fromkeys(citation.sheet_id for citation in answer.citations))
    blocks = [
        f"## {case.case_id} ({case.type}, expects {case.expect})",
        "\n>\n".join([*said, f"> **{case.turns[-1]}**"]),
        "\n".join(f"- {fault.kind}: {fault.detail}" for fault in outcome.faults),
        f"Right sheets: {right or 'none'}",
        f"Understood: {', '.join(_describe(understood))}",
        "\n".join(["Hits:", *(hits or ["- none"])]),
        f"Answer ({answer.status}; cites {cited or 'nothing'}):",
        "> " + answer.text.replace("\n", "\n> "),
    ]
    return "\n\n".join(blocks)


def _describe(question: Question) -> Iterator[str]:
    """Give what was understood of the message: each field that does not hold its default."""
    unread = Question(question.message, "")
    for field in fields(question):
        value = getattr(question, field.name)
        if value != getattr(unread, field.name):
            yield f"{field.name} {value}"
