"""Two invented sheets, as exports of Onisep and in the store that they are fetched into, from a folder or a server."""

from pathlib import Path

from chatbot.onisep import Fetched, fetch, from_folder, from_onisep
from chatbot.sheets import FORMATION, METIER, Link, Name, Niveau, Section, Sheet, read_sheets
from tests.onisep_exports import (
    formation_xml,
    ideo_formation_row,
    ideo_metier_row,
    metier_xml,
    write_json,
    write_xml,
)
from tests.onisep_server import Served

TAMER = Sheet(
    "MET.90001",
    METIER,
    "dresseur/euse de puces",
    names=(Name("dresseur/euse de puces", "dresseuse de puces", "dresseur de puces"), Name("puciste")),
    niveau=Niveau("bac + 3", 3.0),
    statuts=("salarié",),
    formations=(Link("FOR.90001", "CAP dressage"),),
    sections=(
        Section("Durée des études", "Après le bac", "3 ans."),
        Section("Nature du travail", "Dresser & nourrir", "Il <dresse>.\n- un carrosse\n- un cerceau"),
    ),
)
CAP = Sheet("FOR.90001", FORMATION, "CAP dressage", duree="2 ans", type="CAP (CAP)", metiers=(TAMER.title,))


def write_exports(folder: Path, *metiers: Sheet) -> Path:
    folder.mkdir(exist_ok=True)
    metiers = metiers or (TAMER,)
    write_xml(folder / "fiches_metiers.zip", "metiers", map(metier_xml, metiers))
    write_xml(folder / "fiches_formations.zip", "formations", [formation_xml(CAP)])
    write_json(folder / "formations.json", [ideo_formation_row(CAP)])
    write_json(folder / "metiers.json", map(ideo_metier_row, metiers))
    return folder


def read(store: Path) -> dict[str, Sheet]:
    return read_sheets([store / "sheets"]).sheets


def load(store: Path, folder: Path, *, force: bool = False, dry_run: bool = False) -> Fetched:
    return fetch(store, from_folder(folder, str), str, force=force, dry_run=dry_run)


def fetch_from(served: Served, store: Path, pauses: list[float] | None = None) -> Fetched:
    return fetch(store, from_onisep(str, served.url, (pauses if pauses is not None else []).append), str)


def numbered(count: int) -> list[Sheet]:
    return [Sheet(f"MET.{n}", METIER, f"métier {n}", names=(Name(f"métier {n}"),)) for n in range(1, count + 1)]
