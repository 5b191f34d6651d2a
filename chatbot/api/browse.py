"""The routes that browse the catalogue and make a dossier: what a person can do on the page, a program can too."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from fastapi.responses import Response

from chatbot.api.bodies import (
    MAX_ID,
    MAX_TEXT,
    ComparisonBody,
    DossierBody,
    PageBody,
    ParcoursBody,
    SearchBody,
    SheetId,
)
from chatbot.api.problems import Refusal, describe_problems
from chatbot.api.service import InTurn, OpenIndex
from chatbot.api.turns import take_turn
from chatbot.browse import MOST_CARDS, BrowseError, Filters, UnknownSheet, describe_parcours, draw_parcours
from chatbot.citations import public_url
from chatbot.dossier import Asked, Corpus, gather_dossier, render_markdown, render_page, render_pdf

Text = Annotated[str, Query(max_length=MAX_TEXT)]
Values = Annotated[list[Annotated[str, Query(max_length=MAX_TEXT)]], Query(max_length=50)]
TWO_TO_FOUR = r"^[\s,]*[^\s,\x00-\x1f\x7f][^,]*(,[\s,]*[^\s,\x00-\x1f\x7f][^,]*){1,3}[\s,]*$"
Ids = Annotated[
    str, Query(max_length=MAX_ID * 10, examples=["MET.854,MET.353"], json_schema_extra={"pattern": TWO_TO_FOUR})
]
RENDERERS: dict[str, tuple[str, Callable[..., str | bytes]]] = {
    "html": ("text/html; charset=utf-8", render_page),
    "md": ("text/markdown; charset=utf-8", render_markdown),
    "pdf": ("application/pdf", render_pdf),
}
# A page or picture opened by its address runs nothing and fetches nothing.
SAFE = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'", "X-Content-Type-Options": "nosniff"}


@contextmanager
def _refusals() -> Iterator[None]:
    """Turn what the catalogue can't serve into a problem document."""
    try:
        yield
    except UnknownSheet as error:
        raise Refusal(404, str(error)) from error
    except BrowseError as error:
        raise Refusal(422, str(error)) from error


def browse_routes(opened: Callable[[], OpenIndex]) -> APIRouter:
    """Make the routes over the index that is open."""
    routes = APIRouter(prefix="/api")

    @routes.get("/search")
    def search(
        q: Text = "",
        kind: Literal["", "metier", "formation"] = "",
        limit: Annotated[int, Query(ge=1, le=MOST_CARDS)] = 10,
    ) -> SearchBody:
        """Find sheets by what is typed, from the first letters on; slips and everyday names are understood."""
        cards = opened().browser.search(q, kind, limit)
        return SearchBody.model_validate({"results": cards}, from_attributes=True)

    @routes.get("/explore")
    def explore(
        kind: Values = [],  # noqa: B006 (FastAPI copies defaults)
        interet: Values = [],  # noqa: B006
        niveau: Values = [],  # noqa: B006
        statut: Values = [],  # noqa: B006
        domaine: Values = [],  # noqa: B006
        q: Text = "",
        offset: Annotated[int, Query(ge=0, le=100_000)] = 0,
        limit: Annotated[int, Query(ge=0, le=MOST_CARDS)] = 24,
    ) -> PageBody:
        """Filter the catalogue: any value of a filter, all filters; each value with the count that it would give."""
        filters = Filters(tuple(kind), tuple(interet), tuple(niveau), tuple(statut), tuple(domaine), q)
        return PageBody.model_validate(opened().browser.explore(filters, offset, limit), from_attributes=True)

    @routes.get("/compare", responses=describe_problems(404))
    def compare(ids: Ids) -> ComparisonBody:
        """Set two to four métiers, or formations, side by side: IDs with commas between them."""
        with _refusals():
            found = opened().browser.compare([part.strip() for part in ids.split(",") if part.strip()])
        return ComparisonBody.model_validate(found, from_attributes=True)

    @routes.get(
        "/parcours/{sheet_id}",
        responses=describe_problems(404) | {200: {"content": {"image/svg+xml": {}}}},
        response_model=ParcoursBody,
    )
    def parcours(sheet_id: SheetId, format: Literal["json", "svg"] = "json") -> ParcoursBody | Response:
        """Give the ladder of a sheet: formations towards a métier, métiers after a formation, each on its level."""
        with _refusals():
            found = opened().browser.parcours(sheet_id)
        if format == "svg":
            picture = draw_parcours(found, public_url, alone=True)
            return Response(picture, media_type="image/svg+xml", headers=SAFE)
        body = ParcoursBody.model_validate(found, from_attributes=True)
        return body.model_copy(update={"text": describe_parcours(found)})

    @routes.post(
        "/dossier",
        responses=describe_problems(400, 404, 413)
        | {200: {"content": {"application/pdf": {}, "text/html": {}, "text/markdown": {}}}},
        response_class=Response,
    )
    def dossier(body: DossierBody) -> Response:
        """Make a document of a conversation and sheets, with sources, date and version of the corpus.

        The questions are answered again, from the sheets, as one conversation: nothing that a client writes is
        printed as an answer. Dossiers are made one at a time: where too many wait, the answer is 503 with
        `Retry-After`.
        """
        if not (body.sheets or any(one.kept for one in body.questions)):
            raise Refusal(422, "Un dossier contient au moins une question gardée ou une fiche.")
        index, today = opened(), date.today()
        media_type, render = RENDERERS[body.format]
        with take_turn(index.dossiers, "dossier"), _refusals():
            gathered = gather_dossier(
                InTurn(index),
                index.browser.catalogue,
                Corpus(index.sheets, index.indexed_at, index.corpus_version),
                today,
                [Asked(one.question, one.kept) for one in body.questions],
                body.sheets,
                body.title,
            )
            with take_turn(index.turns, "dossier"):
                document = render(gathered)
        place = "inline" if body.format == "html" else "attachment"
        name = f'{place}; filename="dossier-orientation-{today.isoformat()}.{body.format}"'
        headers = SAFE | {"Content-Disposition": name, "Cache-Control": "no-store"}
        return Response(document, media_type=media_type, headers=headers)

    return routes
