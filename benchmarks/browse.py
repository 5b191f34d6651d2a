"""Measure the routes that browse the catalogue and make dossiers, over an index that exists; print a Markdown table.

Run as `python benchmarks/browse.py VECTORSTORE`, with the settings that the index was built with.
"""

import argparse
import statistics
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient

from chatbot.api import OpenIndex, create_api
from chatbot.assembly import open_current
from chatbot.config import Settings

TYPED = ("inf", "infirmière", "coifeur", "véto", "bts compta", "soigner les animaux", "responsable e-commerce", "droit")
FILTERS: tuple[dict[str, Any], ...] = (
    {},
    {"kind": "metier"},
    {"interet": "je veux m'occuper d'animaux", "niveau": ["cap", "bac"]},
    {"kind": "formation", "domaine": "sciences", "niveau": "bac+5"},
    {"statut": ["artisan", "indépendant"], "limit": 100},
    *({"q": text} for text in ("cheval", "bricolage plein air", "anim")),
)
QUESTIONS = ("Quel diplôme pour devenir infirmier ?", "et le salaire ?", "compare aide-soignant et infirmier")
ROUNDS = 5


def main() -> None:
    """Measure each route and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("vectorstore", type=Path)
    index, opened = open_current(replace(Settings.from_environment(), vectorstore=parser.parse_args().vectorstore))

    class Service:
        def open_index(self) -> OpenIndex:
            return opened

    client = TestClient(create_api(Service()))
    metiers, formations = (
        [sheet.sheet_id for sheet in index.catalogue.of_kind(kind)][:200] for kind in ("metier", "formation")
    )
    dossier = {"questions": [{"question": text} for text in QUESTIONS], "sheets": [*metiers[:2], *formations[:2]]}
    print("| route | first time | again, median | slowest |\n|---|---|---|---|")
    report("search", client, [("GET", "search", {"q": text}) for text in TYPED])
    report("explore", client, [("GET", "explore", filters) for filters in FILTERS])
    report("compare, 4 sheets", client, [("GET", "compare", {"ids": ",".join(metiers[n : n + 4])}) for n in range(50)])
    report("parcours", client, [("GET", f"parcours/{i}", {}) for i in metiers + formations])
    report("parcours, SVG", client, [("GET", f"parcours/{i}", {"format": "svg"}) for i in metiers + formations])
    for form in ("html", "md", "pdf"):
        report(f"dossier, {form}", client, [("POST", "dossier", dossier | {"format": form})])
    index.close()


def report(name: str, client: TestClient, requests: Sequence[tuple[str, str, dict[str, Any]]]) -> None:
    """Time each request several times, and print a line."""
    first, again = [], []
    for place in range(ROUNDS):
        for method, path, content in requests:
            options: dict[str, Any] = {"params": content} if method == "GET" else {"json": content}
            started = time.perf_counter()
            client.request(method, f"/api/{path}", **options).raise_for_status()
            (again if place else first).append(1000 * (time.perf_counter() - started))
    figures = (statistics.median(first), statistics.median(again), max(first + again))
    print(f"| {name} | {' | '.join(f'{figure:.0f} ms' for figure in figures)} |", flush=True)


if __name__ == "__main__":
    main()
