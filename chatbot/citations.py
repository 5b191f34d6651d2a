"""What an answer says of its sources: citations, and the `[MET.854]` markers that stand for them in the prose."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

MARKER = re.compile(r"\[([A-Z]{2,12}\.\d+)\]")


@dataclass(frozen=True, slots=True)
class Citation:
    """Words of one section of one sheet, verbatim, that an answer rests on; `kind` is "metier" or "formation"."""

    sheet_id: str
    kind: str
    title: str
    section: str
    excerpt: str
    url: str


def cited_ids(text: str) -> tuple[str, ...]:
    """Give the IDs that a text marks, each once, in the order of the text."""
    return tuple(dict.fromkeys(MARKER.findall(text)))


def public_url(sheet_id: str, kind: str, lien: str = "") -> str:
    """Give the address of a sheet's page at Onisep; of a sheet of one's own, its link if that is one of the web."""
    if sheet_id.partition(".")[0] not in ("MET", "FOR"):
        return lien if lien.startswith(("https://", "http://")) else ""
    return f"https://www.onisep.fr/http/redirection/{kind}/slug/{sheet_id}"


def link_markers(text: str, urls: Mapping[str, str]) -> str:
    """Turn each marker whose ID has an address into a Markdown link; leave the others as they are."""

    def link(marker: re.Match[str]) -> str:
        url = urls.get(marker.group(1))
        return f"{marker.group()}({url})" if url else marker.group()

    return MARKER.sub(link, text)
