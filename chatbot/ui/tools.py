"""What an agent or a program calls by name comes in; JSON goes out, or a refusal in French.

Gradio makes of them tools of its MCP server, and endpoints of `gradio_client`. Their docstrings are what agents read.
"""

import logging
from collections.abc import Callable
from functools import wraps
from inspect import signature
from typing import Annotated, Any, Literal

import gradio as gr
import gradio.events
from fastapi import HTTPException
from pydantic import BaseModel, Field, TypeAdapter, ValidationError, validate_call

from chatbot.api import OpenIndex, Service, describe_sheet, reply, say_unavailable
from chatbot.api.bodies import (
    MAX_ID,
    MAX_TEXT,
    AnswerBody,
    ComparisonBody,
    PageBody,
    ParcoursBody,
    QuestionBody,
    SearchBody,
)
from chatbot.api.problems import FAILURE, describe_errors
from chatbot.browse import MOST_CARDS, BrowseError, Filters, UnknownSheet, describe_parcours
from chatbot.question import Turn

JSON = TypeAdapter(dict[str, Any])
LOG = logging.getLogger("chatbot.ui")
Text = Annotated[str, Field(max_length=MAX_TEXT)]
SheetId = Annotated[str, Field(max_length=MAX_ID)]
Texts = Annotated[list[Text], Field(max_length=50)]
Limit = Annotated[int, Field(ge=1, le=MOST_CARDS)]


class ToolRefusal(gr.Error):
    """A refusal whose words, in French, are all that an agent sees of it."""

    def __init__(self, message: str) -> None:
        super().__init__(message, print_exception=False)

    def __str__(self) -> str:
        return str(self.message)


def build_tools(service: Service) -> None:
    """Give the page its named endpoints. They go past the queue: any process can serve any call."""

    def opened() -> OpenIndex:
        index = service.open_index()
        if index is None:
            raise ToolRefusal(say_unavailable(service))
        return index

    def answer(question: str, history: list[dict[str, str]] = []) -> BaseModel:  # noqa: B006
        """Répond en français à une question d'orientation (métiers, études, diplômes, salaires, débouchés en France),
        uniquement d'après les fiches officielles de l'Onisep. Chaque affirmation porte l'identifiant de sa fiche, par
        exemple [MET.854] : gardez ces marqueurs et les liens de « citations » quand vous citez la réponse.
        « status » vaut answered, clarify (plusieurs fiches possibles), not_found (les fiches ne le disent pas),
        off_topic ou support (personne en danger : transmettez les numéros d'aide).

        Args:
            question: la question, en français et en toutes lettres, 2000 caractères au plus
            history: les messages d'avant, du plus ancien au plus récent : {"role": "user" ou "assistant", "content"}

        Returns:
            JSON : answer (Markdown), status, citations (id, kind, title, section, excerpt, url), suggestions, generator
        """
        body = QuestionBody.model_validate({"question": question, "history": history})
        turns = [Turn(message.role, message.content) for message in body.history]
        return AnswerBody.of(reply(opened(), body.question, turns, channel="tool"))

    def search(text: Text, kind: Literal["", "metier", "formation"] = "", limit: Limit = 10) -> BaseModel:
        """Cherche les fiches que des mots nomment ou décrivent (métiers et formations de l'Onisep). Les fautes, les
        sigles et les mots de tous les jours sont compris : « véto », « bts mco ». Sert à trouver l'identifiant d'une
        fiche pour read_sheet, compare ou parcours.

        Args:
            text: quelques mots, 200 caractères au plus
            kind: « metier », « formation », ou vide pour les deux
            limit: nombre de fiches voulues, de 1 à 100

        Returns:
            JSON : results, la meilleure fiche d'abord (id, kind, title, name, level, summary, url)
        """
        found = opened().browser.search(text, kind, limit)
        return SearchBody.model_validate({"results": found}, from_attributes=True)

    def read_sheet(sheet_id: SheetId) -> dict[str, Any]:
        """Lit une fiche de l'Onisep en entier : ses faits (niveau d'accès, durée, salaire du débutant, statuts,
        formations recommandées…) et toutes ses sections. Ce qui manque n'est pas dans la fiche.

        Args:
            sheet_id: l'identifiant de la fiche, par exemple MET.854 (métier) ou FOR.5159 (formation)

        Returns:
            JSON : id, kind, title, url, facts, sections (heading, subheading, text)
        """
        catalogue = opened().browser.catalogue
        sheet = catalogue.get(sheet_id.strip()) or catalogue.get(sheet_id.strip().upper())
        if sheet is None:
            raise UnknownSheet(sheet_id.strip())
        return describe_sheet(sheet)

    def explore(
        kinds: Texts = [],  # noqa: B006
        interets: Texts = [],  # noqa: B006
        niveaux: Texts = [],  # noqa: B006
        statuts: Texts = [],  # noqa: B006
        domaines: Texts = [],  # noqa: B006
        text: Text = "",
        offset: Annotated[int, Field(ge=0, le=100_000)] = 0,
        limit: Annotated[int, Field(ge=0, le=MOST_CARDS)] = 24,
    ) -> BaseModel:
        """Parcourt le catalogue de l'Onisep par filtres : une fiche est gardée si elle a l'une des valeurs de chaque
        filtre donné. La réponse donne aussi toutes les valeurs de chaque filtre, et combien de fiches chacune
        laisserait : appelez d'abord sans filtre (limit = 0) pour connaître les valeurs.

        Args:
            kinds: « metier » ou « formation »
            interets: centres d'intérêt d'un métier, tels que les filtres les donnent
            niveaux: niveau d'accès d'un métier ou de sortie d'une formation : « cap », « bac », « bac+2 »…
            statuts: statuts d'un métier : « salarié », « fonctionnaire », « artisan »…
            domaines: domaines, tels que les filtres les donnent
            text: des mots que les fiches doivent contenir
            offset: nombre de fiches à passer, pour la page suivante
            limit: nombre de fiches voulues, de 0 à 100

        Returns:
            JSON : total, offset, limit, cards (id, kind, title, name, level, summary, url), filters (value, count)
        """
        filters = Filters(tuple(kinds), tuple(interets), tuple(niveaux), tuple(statuts), tuple(domaines), text)
        return PageBody.model_validate(opened().browser.explore(filters, offset, limit), from_attributes=True)

    def compare(sheet_ids: Annotated[list[SheetId], Field(max_length=10)]) -> BaseModel:
        """Compare deux à quatre métiers, ou deux à quatre formations, point par point : niveau, durée, salaire,
        conditions… « non précisé » veut dire que la fiche n'en dit rien.

        Args:
            sheet_ids: de deux à quatre identifiants de fiches du même genre, par exemple ["MET.854", "MET.353"]

        Returns:
            JSON : kind, les fiches (cards) et les lignes du tableau (rows : label, cells avec id, text, section)
        """
        found = opened().browser.compare([each.strip() for each in sheet_ids])
        return ComparisonBody.model_validate(found, from_attributes=True)

    def parcours(sheet_id: SheetId) -> BaseModel:
        """Donne l'échelle des études d'une fiche, niveau par niveau : les formations qui mènent à un métier, ou les
        métiers après une formation. « text » dit tout en Markdown, avec l'identifiant de chaque fiche.

        Args:
            sheet_id: l'identifiant de la fiche, par exemple MET.854

        Returns:
            JSON : id, kind, title, level, duration, stages (rung, steps), apart, excerpts, text
        """
        found = opened().browser.parcours(sheet_id.strip())
        body = ParcoursBody.model_validate(found, from_attributes=True)
        return body.model_copy(update={"text": describe_parcours(found)})

    for tool in (answer, search, read_sheet, explore, compare, parcours):
        gradio.events.api(_guard(tool), api_name=tool.__name__, queue=False, concurrency_limit=8)


def _guard(tool: Callable[..., BaseModel | dict[str, Any]]) -> Callable[..., str]:
    """Hold what is given to a tool to its types, give JSON, and refuse in French whatever it can't do."""
    checked = validate_call(tool)
    names = list(signature(tool).parameters)

    @wraps(tool)
    def call(*given: Any) -> str:
        try:
            found = checked(**dict(zip(names, given, strict=False)))
        except ValidationError as error:
            raise ToolRefusal(describe_errors(map(dict, error.errors()))[0]["detail"]) from None
        except HTTPException as error:
            raise ToolRefusal(error.detail) from None
        except BrowseError as error:
            raise ToolRefusal(str(error)) from None
        except ToolRefusal:
            raise
        except Exception as error:
            LOG.error("Tool %s failed", tool.__name__, exc_info=error)
            raise ToolRefusal(FAILURE) from None
        return found.model_dump_json() if isinstance(found, BaseModel) else JSON.dump_json(found).decode()

    call.__signature__ = signature(tool).replace(return_annotation=str)  # type: ignore[attr-defined]
    return call
