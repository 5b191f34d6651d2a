"""The command line: index the sheets, serve, ask one question, measure."""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from chatbot.catalogue import Catalogue
from chatbot.config import Settings, SettingsError
from chatbot.sheets import count_changes, dump_changes, render_changes

BAD_USE = 2
SHOWN_CHANGES = 40  # lines of what changed, after an indexing; `changes` prints them all


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
    index.add_argument("--release", action="store_true", help="index again after a rollback")
    index.set_defaults(run=run_index)
    changes = commands.add_parser("changes", help="tell what changed last in the sheets that are indexed")
    changes.add_argument("--json", action="store_true", help="print it as JSON")
    changes.set_defaults(run=run_changes)
    rollback = commands.add_parser("rollback", help="go back to the index before this one, and hold it")
    rollback.set_defaults(run=run_rollback)
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
    evaluate.add_argument("--retrieval", action="store_true", help="only how high the right sheets rank")
    _add_measuring(evaluate, "each failing case with its evidence")
    evaluate.set_defaults(run=run_evaluate)
    audit = commands.add_parser("audit", help="ask every fact of every sheet and compare the answers")
    audit.add_argument("--sample", type=int, metavar="N", help="ask N questions only, always the same")
    _add_measuring(audit, "each answer that is not exact")
    audit.set_defaults(run=run_audit)
    return parser


def run_index(options: argparse.Namespace, settings: Settings) -> int:
    """Index the sheets and say what was done."""
    from chatbot.assembly import index_sheets
    from chatbot.embedding import EmbeddingError
    from chatbot.index import CHUNKS, IndexProblem

    try:
        outcome = index_sheets(
            options.paths or settings.sheets,
            settings,
            _report,
            adapt=options.adapt,
            full=options.full,
            release=options.release,
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
    if outcome.held:
        print(f"Index of {size}, held since a rollback. To index again: python -m chatbot index --release")
        return 0
    print(f"Index of {size}: {done}{skipped} ({outcome.seconds:.1f} s)")
    print(f"Corpus {manifest.corpus_version} of {manifest.corpus_date:%Y-%m-%d}")
    if manifest.previous and outcome.corpus_changes:
        print(render_changes(outcome.corpus_changes, SHOWN_CHANGES))
    return 0


def run_changes(options: argparse.Namespace, settings: Settings) -> int:
    """Print what changed last in the corpus."""
    from chatbot.index import IndexProblem, read_changes

    try:
        changes = read_changes(settings.vectorstore)
    except IndexProblem as error:
        return _refuse(error)
    if options.json:
        print(dump_changes(changes).decode())
    else:
        print("\n".join(filter(None, (count_changes(changes), render_changes(changes)))))
    return 0


def run_rollback(options: argparse.Namespace, settings: Settings) -> int:
    """Make the index before the current one current again; say which it is."""
    from chatbot.embedding import EmbeddingError
    from chatbot.index import IndexProblem, roll_back

    try:
        manifest = roll_back(settings)
    except (IndexProblem, EmbeddingError) as error:
        return _refuse(error)
    built = f"{manifest.created_at:%Y-%m-%d %H:%M} UTC"
    print(f"Back to the index of {built}: {len(manifest.sheets):,} sheets, corpus {manifest.corpus_version}")
    print("It is held: sheets that change are left aside until you run: python -m chatbot index --release")
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
    """Score the answers to questions; print the table by type, or how high each way of finding sheets ranks them."""
    from chatbot import evaluation
    from chatbot.assembly import build_chatbot, build_retriever
    from chatbot.embedding import EmbeddingError
    from chatbot.index import IndexProblem, open_index
    from chatbot.retrieval import read_weights

    try:
        cases = evaluation.read_questions(options.questions)
        ranked = evaluation.read_cases(options.questions)
    except (OSError, ValueError) as error:
        return _refuse(f"The questions cannot be read ({error}).")
    if not (ranked if options.retrieval else cases):
        return _refuse("No question in these files." if not cases else "No question of one turn with right sheets.")
    try:
        index = open_index(settings.vectorstore, settings)
        retriever = build_retriever(index)
        if options.retrieval:
            figures = evaluation.evaluate_retrieval(ranked, retriever, read_weights())
            print(evaluation.render_table(figures))
            return 0
        texts = _read_texts(options, settings, index.catalogue)
        chatbot = build_chatbot(index)
    except (IndexProblem, EmbeddingError, SettingsError) as error:
        return _refuse(error)
    outcomes = evaluation.evaluate_answers(cases, chatbot, texts)
    print(evaluation.render_outcomes(outcomes))
    return _conclude(
        options, evaluation.share_right(outcomes), lambda: evaluation.render_failures(outcomes, chatbot, retriever)
    )


def run_audit(options: argparse.Namespace, settings: Settings) -> int:
    """Ask what the sheets say, all of it or a sample; print how much of it the answers give exactly."""
    from chatbot import audit
    from chatbot.assembly import build_chatbot
    from chatbot.embedding import EmbeddingError
    from chatbot.index import IndexProblem, open_index

    try:
        index = open_index(settings.vectorstore, settings)
        texts = _read_texts(options, settings, index.catalogue)
        chatbot = build_chatbot(index)
    except (IndexProblem, EmbeddingError, SettingsError) as error:
        return _refuse(error)
    probes = audit.list_probes(index.catalogue)
    if options.sample:
        probes = audit.draw_sample(probes, options.sample)
    verdicts = audit.audit(probes, chatbot, texts, lambda count: _report(f"{count:,} of {len(probes):,} questions"))
    print(audit.render_figures(verdicts))
    return _conclude(options, audit.share_exact(verdicts), lambda: audit.render_misses(verdicts))


def _add_measuring(parser: argparse.ArgumentParser, written: str) -> None:
    parser.add_argument("--corpus", type=Path, metavar="DIR", help="the sheets as indexed (default: CHATBOT_SHEETS)")
    parser.add_argument("--out", type=Path, metavar="FILE", help=f"write {written} here, as Markdown")
    parser.add_argument("--floor", type=float, default=0.0, metavar="SHARE", help="exit status 1 below this share")


def _read_texts(options: argparse.Namespace, settings: Settings, catalogue: Catalogue) -> dict[str, str]:
    """Read the texts that the answers are checked against; raise SettingsError when they aren't those indexed."""
    from chatbot.evaluation import read_texts

    paths = [options.corpus] if options.corpus else settings.sheets
    texts = read_texts(paths)
    missing = next((sheet_id for sheet_id in catalogue if sheet_id not in texts), None)
    if missing:
        where = ", ".join(map(str, paths))
        raise SettingsError(f"Sheet {missing} is indexed and not in '{where}': give the sheets' folder with --corpus.")
    return texts


def _conclude(options: argparse.Namespace, share: float, render: Callable[[], str]) -> int:
    """Write what is asked for; tell whether the share is high enough."""
    if options.out:
        try:
            options.out.write_text(render(), encoding="utf-8")
        except OSError as error:
            return _refuse(f"'{options.out}' cannot be written ({error.strerror}).")
    return int(share < options.floor)


def _report(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _refuse(error: object) -> int:
    print(error, file=sys.stderr)
    return BAD_USE


if __name__ == "__main__":
    sys.exit(main())
