"""The command line: index the sheets, serve, ask one question, measure."""

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from chatbot.catalogue import Catalogue
from chatbot.config import Settings, SettingsError
from chatbot.credentials import add_key_commands
from chatbot.upkeep import add_commands, index_and_tell, refuse, report


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; give 0, or 2 after one sentence about what is wrong."""
    options = build_parser().parse_args(arguments)
    try:
        run: Callable[[argparse.Namespace, Settings], int] = options.run
        return run(options, Settings.from_environment())
    except SettingsError as error:
        return refuse(error)
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
    fit = commands.add_parser("fit", help="fit the weights of which sheet is meant and which sentences answer")
    fit.add_argument("questions", nargs="+", type=Path, metavar="QUESTIONS", help="files of questions (JSON lines)")
    fit.set_defaults(run=run_fit)
    audit = commands.add_parser("audit", help="ask every fact of every sheet and compare the answers")
    audit.add_argument("--sample", type=int, metavar="N", help="ask N questions only, always the same")
    _add_measuring(audit, "each answer that is not exact")
    audit.set_defaults(run=run_audit)
    add_commands(commands)
    add_key_commands(commands)
    return parser


def run_index(options: argparse.Namespace, settings: Settings) -> int:
    """Index the sheets and say what was done."""
    paths = options.paths or settings.sheets
    return index_and_tell(paths, settings, adapt=options.adapt, full=options.full, release=options.release)


def run_serve(options: argparse.Namespace, settings: Settings) -> int:
    """Serve until interrupted."""
    from chatbot.assembly import AddressTaken, serve
    from chatbot.workers import StartFailed

    try:
        serve(settings)
    except (AddressTaken, StartFailed) as error:
        return refuse(error)
    return 0


def run_ask(options: argparse.Namespace, settings: Settings) -> int:
    """Answer one question on the terminal."""
    from chatbot.assembly import add_model, build_chatbot, open_language_model
    from chatbot.embedding import EmbeddingError
    from chatbot.index import IndexProblem, open_index

    question = " ".join(options.question.split())
    if not question:
        return refuse("The question is empty.")
    try:
        index = open_index(settings.vectorstore, settings)
        answer = add_model(build_chatbot(index), open_language_model(settings)).answer(question)
    except (IndexProblem, EmbeddingError) as error:
        return refuse(error)
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
    from chatbot.assembly import add_model, build_chatbot, build_retriever, open_language_model
    from chatbot.embedding import EmbeddingError
    from chatbot.index import IndexProblem, open_index
    from chatbot.retrieval import read_weights

    try:
        cases = evaluation.read_questions(options.questions)
        ranked = evaluation.read_cases(options.questions)
    except (OSError, ValueError) as error:
        return refuse(f"The questions cannot be read ({error}).")
    if not (ranked if options.retrieval else cases):
        return refuse("No question in these files." if not cases else "No question of one turn with right sheets.")
    try:
        index = open_index(settings.vectorstore, settings)
        retriever = build_retriever(index)
        if options.retrieval:
            figures = evaluation.evaluate_retrieval(ranked, retriever, read_weights())
            print(evaluation.render_table(figures))
            return 0
        texts = _read_texts(options, settings, index.catalogue)
        chatbot = add_model(build_chatbot(index), open_language_model(settings))
    except (IndexProblem, EmbeddingError, SettingsError) as error:
        return refuse(error)
    outcomes = evaluation.evaluate_answers(cases, chatbot, texts)
    print(evaluation.render_outcomes(outcomes))
    return _conclude(
        options, evaluation.share_right(outcomes), lambda: evaluation.render_failures(outcomes, chatbot, retriever)
    )


def run_fit(options: argparse.Namespace, settings: Settings) -> int:
    """Fit the weights in `data/resolver.json` and `data/evidence.json` on questions; print how they do."""
    from chatbot import evidence
    from chatbot.assembly import build_chatbot
    from chatbot.embedding import EmbeddingError
    from chatbot.evaluation import meaning, read_questions
    from chatbot.index import IndexProblem, open_index
    from chatbot.question import resolver
    from chatbot.retrieval import write_weights

    try:
        cases = read_questions(options.questions)
        chatbot = build_chatbot(open_index(settings.vectorstore, settings))
    except (OSError, ValueError, IndexProblem, EmbeddingError) as error:
        return refuse(error)
    lessons, names = meaning.teach_meaning(cases, chatbot), meaning.teach_names(chatbot)
    weights = meaning.fit_meaning([*lessons, *names])
    figures = (meaning.cross_validate(lessons, names), meaning.share_meant(names, weights))
    print(f"{len(lessons)} questions, sheet meant first: {figures[0]:.3f} cross-validated; names: {figures[1]:.3f}")
    write_weights(weights, resolver.WEIGHTS, resolver.FEATURES)
    facts = list(meaning.teach_evidence(cases, chatbot))
    write_weights(meaning.fit_evidence(facts), evidence.FITTED, evidence.FEATURES)
    print(f"Weights written: {resolver.WEIGHTS}, {evidence.FITTED} ({len(facts)} facts)")
    return 0


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
        return refuse(error)
    probes = audit.list_probes(index.catalogue)
    if options.sample:
        probes = audit.draw_sample(probes, options.sample)
    verdicts = audit.audit(probes, chatbot, texts, lambda count: report(f"{count:,} of {len(probes):,} questions"))
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
            return refuse(f"'{options.out}' cannot be written ({error.strerror}).")
    return int(share < options.floor)


if __name__ == "__main__":
    sys.exit(main())
