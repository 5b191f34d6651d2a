"""The command line: index the sheets, serve, ask one question, measure."""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from chatbot.config import Settings, SettingsError

BAD_USE = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; give 0, or 2 after one sentence about what is wrong."""
    options = build_parser().parse_args(arguments)
    try:
        run: Callable[[argparse.Namespace, Settings], int] = options.run
        return run(options, Settings.from_environment())
    except SettingsError as error:
        return _refuse(error)
    except KeyboardInterrupt:
        return 130


def build_parser() -> argparse.ArgumentParser:
    """Describe the commands."""
    parser = argparse.ArgumentParser(prog="python -m chatbot", description="Career guidance from Onisep sheets.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    index = commands.add_parser("index", help="index the sheets that changed")
    index.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="folders or files (default: CHATBOT_SHEETS)")
    index.add_argument("--adapt", action="store_true", help="adapt the embedding to the sheets again")
    index.add_argument("--full", action="store_true", help="index everything again, changed or not")
    index.set_defaults(run=run_index)
    serve = commands.add_parser("serve", help="serve the page and the API")
    serve.set_defaults(run=run_serve)
    ask = commands.add_parser("ask", help="answer one question")
    ask.add_argument("question", help="in French, between quotes")
    ask.add_argument("--json", action="store_true", help="print what POST /api/answer would give")
    ask.set_defaults(run=run_ask)
    evaluate = commands.add_parser("evaluate", help="measure on questions with their right answers")
    evaluate.add_argument(
        "questions", nargs="+", type=Path, metavar="QUESTIONS", help="files of questions (JSON lines)"
    )
    evaluate.add_argument("--retrieval", action="store_true", required=True, help="how high the right sheets rank")
    evaluate.set_defaults(run=run_evaluate)
    return parser


def run_index(options: argparse.Namespace, settings: Settings) -> int:
    """Index the sheets and say what was done."""
    from chatbot.assembly import index_sheets
    from chatbot.embedding import EmbeddingError
    from chatbot.index import CHUNKS, IndexProblem

    try:
        outcome = index_sheets(
            options.paths or settings.sheets, settings, _report, adapt=options.adapt, full=options.full
        )
    except (IndexProblem, EmbeddingError) as error:
        return _refuse(error)
    changes = outcome.changes
    done = (
        f"{changes.added:,} sheets added, {changes.changed:,} changed, {changes.removed:,} removed"
        if outcome.published
        else "nothing has changed"
    )
    skipped = f", {len(outcome.problems):,} files skipped" if outcome.problems else ""
    manifest = outcome.manifest
    size = f"{len(manifest.sheets):,} sheets in {manifest.count_documents(CHUNKS):,} chunks"
    print(f"Index of {size}: {done}{skipped} ({outcome.seconds:.1f} s)")
    return 0


def run_serve(options: argparse.Namespace, settings: Settings) -> int:
    """Serve until interrupted."""
    from chatbot.assembly import AddressTaken, serve
    from chatbot.embedding import EmbeddingError
    from chatbot.index import IndexProblem

    try:
        serve(settings)
    except (AddressTaken, IndexProblem, EmbeddingError) as error:
        return _refuse(error)
    return 0


def run_ask(options: argparse.Namespace, settings: Settings) -> int:
    """Answer one question on the terminal."""
    from chatbot.assembly import build_chatbot
    from chatbot.embedding import EmbeddingError
    from chatbot.index import IndexProblem, open_index

    question = " ".join(options.question.split())
    if not question:
        return _refuse("The question is empty.")
    try:
        index = open_index(settings.vectorstore, settings)
        answer = build_chatbot(index).answer(question)
    except (IndexProblem, EmbeddingError) as error:
        return _refuse(error)
    sources = [
        {"id": c.sheet_id, "kind": c.kind, "title": c.title, "section": c.section, "excerpt": c.excerpt, "url": c.url}
        for c in answer.citations
    ]
    if options.json:
        document: dict[str, Any] = {
            "answer": answer.text,
            "status": answer.status,
            "citations": sources,
            "suggestions": answer.suggestions,
            "generator": answer.generator,
        }
        print(json.dumps(document, ensure_ascii=False, indent=2))
        return 0
    print(answer.text)
    if sources:
        print("\nSources (Onisep, données Idéo, licence ODbL) :")
    for source in sources:
        print(f"- {source['title']} ({source['id']}), {source['section']} : {source['url']}")
    return 0


def run_evaluate(options: argparse.Namespace, settings: Settings) -> int:
    """Print how high each way of finding sheets ranks the right ones."""
    from chatbot.assembly import build_retriever
    from chatbot.embedding import EmbeddingError
    from chatbot.evaluation import evaluate_retrieval, read_cases, render_table
    from chatbot.index import IndexProblem, open_index
    from chatbot.retrieval import read_weights

    try:
        cases = read_cases(options.questions)
    except (OSError, KeyError, TypeError, ValueError) as error:
        return _refuse(f"The questions cannot be read ({type(error).__name__}: {error}).")
    if not cases:
        return _refuse("No question of one turn with right sheets in these files.")
    try:
        index = open_index(settings.vectorstore, settings)
    except (IndexProblem, EmbeddingError) as error:
        return _refuse(error)
    print(render_table(evaluate_retrieval(cases, build_retriever(index), read_weights())))
    return 0


def _report(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _refuse(error: object) -> int:
    print(error, file=sys.stderr)
    return BAD_USE


if __name__ == "__main__":
    sys.exit(main())
