"""A sheet comes in; what a program reads of it goes out."""

from dataclasses import asdict
from typing import Any

from chatbot.citations import public_url
from chatbot.sheets import Sheet


def describe_sheet(sheet: Sheet) -> dict[str, Any]:
    """Give the facts of a sheet, absent ones left out, and its sections."""
    facts = asdict(sheet)
    sections = [section for section in facts.pop("sections") if section["text"]]
    for name in ("sheet_id", "kind", "title", "detailed", "files"):
        facts.pop(name)
    return {
        "id": sheet.sheet_id,
        "kind": sheet.kind,
        "title": sheet.title,
        "url": public_url(sheet.sheet_id, sheet.kind, sheet.lien),
        "facts": {name: value for name, value in facts.items() if value},
        "sections": sections,
    }
