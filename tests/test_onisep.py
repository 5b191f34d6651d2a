"""Onisep's exports: what is downloaded is checked and kept, becomes the same sheets, and never harms those there."""

import json
import os
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from chatbot.onisep import DATASETS, DownloadError, ExportError, Fetched, fetch, from_folder, from_onisep
from chatbot.onisep.conversion import convert
from chatbot.onisep.datasets import FORMATIONS, IDEO_FORMATIONS, IDEO_METIERS, METIERS
from chatbot.onisep.download import Validators, download
from chatbot.onisep.html import read_html
from chatbot.onisep.records import MAX_DEPTH, MAX_RECORD_CHARACTERS, MAX_TABLE_BYTES, read_records
from chatbot.onisep.store import KEPT
from chatbot.sheets import FORMATION, METIER, Link, Name, Niveau, Section, Sheet, read_sheets, render_changes
from tests.onisep_exports import (
    formation_xml,
    ideo_formation_row,
    ideo_metier_row,
    metier_xml,
    write_json,
    write_xml,
    write_zip,
)
from tests.onisep_server import Served, serve

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


def numbered(count: int) -> list[Sheet]:
    return [Sheet(f"MET.{n}", METIER, f"métier {n}", names=(Name(f"métier {n}"),)) for n in range(1, count + 1)]


# The text inside.


@pytest.mark.parametrize(
    ("html", "lines"),
    [
        pytest.param("<p>Un\n   deux</p><p>trois</p>", ["Un deux", "trois"], id="paragraphs"),
        pytest.param("<h5>Titre</h5><p>Texte</p>", ["### Titre", "Texte"], id="heading"),
        pytest.param("<ul><li>un</li><li><p>deux</p></li></ul>suite", ["- un", "- deux", "suite"], id="list"),
        pytest.param("1 900 €<br/>2 000 €", ["1 900 €", "2 000 €"], id="break"),
        pytest.param("L&#39;eau &amp; l&eacute;t&eacute;, 2<sup>e</sup>", ["L'eau & lété, 2e"], id="entities"),
        pytest.param("&lt;p&gt; n&amp;nbsp;est plus", ["<p> n est plus"], id="escaped twice"),
        pytest.param("<p>Sans fin<p>ni trame</div></b>", ["Sans fin", "ni trame"], id="unbalanced"),
        pytest.param("avant<script>alert(1)</script><style>p{}</style> après", ["avant après"], id="script"),
        pytest.param("<p># Titre</p><p>**ID:** MET.1</p><p>---</p>", ["Titre", "ID: MET.1"], id="looks like Markdown"),
        pytest.param("texte nu, a < b", ["texte nu, a < b"], id="plain text"),
        pytest.param("<p> </p>", [], id="nothing"),
    ],
)
def test_html_becomes_lines_of_clean_text(html: str, lines: list[str]) -> None:
    assert read_html(html) == lines


@pytest.mark.parametrize(
    ("inside", "title"),
    [
        pytest.param("<nom_metier>a</nom_metier><inconnu><x>1</x></inconnu>", "a", id="unknown tag"),
        pytest.param("<nom_metier><![CDATA[a & b]]></nom_metier>", "a & b", id="cdata"),
    ],
)
def test_a_record_is_read_whatever_stands_beside(tmp_path: Path, inside: str, title: str) -> None:
    path = write_zip(tmp_path / "x.zip", f"<r><metier><identifiant>MET.1</identifiant>{inside}</metier></r>")
    summary = convert(path, METIERS, tmp_path / "out", {}, str)
    assert summary.titles == {"MET.1": title}
    assert list(summary.unknown) == ([] if title != "a" else ["inconnu"])


def test_variants_of_the_shape_give_the_same_facts(tmp_path: Path) -> None:
    document = """<metiers xmlns="urn:x"><metier>
        <identifiant>MET.31</identifiant><nom_metier>cartographe</nom_metier>
        <synonymes><synonyme>cartographe SIG</synonyme></synonymes>
        <niveau_acces_min id="REF.410" libelle="Bac + 5"/>
        <centres_interet><centre_interet id="T.1" libelle="j'aime bouger"/></centres_interet>
        <vie_professionnelle><![CDATA[<h3>Salaire</h3><h5>Salaire du débutant</h5><p>Smic.</p>
            <h3>Présentation</h3><p>Ailleurs.</p>]]></vie_professionnelle>
        <formats_courts><format_court><type>Dico des métiers</type><descriptif><![CDATA[<p>Bref.</p>
            <h5>Durée des études</h5><h4>Après le bac</h4><p>5 ans.</p>]]></descriptif></format_court>
            <format_court><type>Autre</type><descriptif>Long.</descriptif></format_court></formats_courts>
        </metier></metiers>"""
    convert(write_zip(tmp_path / "x.zip", document), METIERS, tmp_path / "out", {}, str)
    sheet = read_sheets([tmp_path / "out"]).sheets["MET.31"]
    assert [name.label for name in sheet.names] == ["cartographe", "cartographe SIG"]
    assert (sheet.niveau, sheet.interets) == (Niveau("bac + 5", 5.0), ("j'aime bouger",))
    assert sheet.salaire is not None and sheet.salaire.text.startswith("Smic.")
    assert sheet.text_of("En bref") == "Bref."
    assert sheet.sections_under("Durée des études") == (Section("Durée des études", "Après le bac", "5 ans."),)
    assert not sheet.sections_under("Présentation")  # a heading of that name inside another text is no section


def test_rows_of_csv_and_of_xml_are_those_of_json(tmp_path: Path) -> None:
    csv = (
        "\ufeffLibellé formation principal;Durée;URL et ID Onisep;Domaine/sous-domaine;"
        "Libellé niveau de certification\n"
        '"CAP ""dressage""";2 ans;https://www.onisep.fr/http/redirection/formation/slug/FOR.9;a/b | c/d;'
        "niveau 3 (CAP)\n"
    )
    (tmp_path / "f.csv").write_text(csv, encoding="utf-8")
    convert(tmp_path / "f.csv", IDEO_FORMATIONS, tmp_path / "csv", {}, str)
    sheet = read_sheets([tmp_path / "csv"]).sheets["FOR.9"]
    assert (sheet.title, sheet.duree, sheet.domaines) == ('CAP "dressage"', "2 ans", ("a/b", "c/d"))
    assert (sheet.certification, sheet.detailed) == ("niveau 3", False)
    row = "".join(f"<{key}>{value or ''}</{key}>" for key, value in ideo_metier_row(TAMER).items())
    write_zip(tmp_path / "m.zip", f"<root><item>{row}</item></root>")
    assert convert(tmp_path / "m.zip", IDEO_METIERS, tmp_path / "xml", {}, str).titles == {"MET.90001": TAMER.title}


def test_the_summary_tells_what_is_missing_skipped_and_unknown(tmp_path: Path) -> None:
    records = [
        "<formation><identifiant>FOR.1</identifiant><libelle_complet>un</libelle_complet><duree>1</duree></formation>",
        "<formation><identifiant>FOR.2</identifiant><libelle_complet>deux</libelle_complet><prix>1</prix></formation>",
        "<formation><identifiant>../etc</identifiant><libelle_complet>trois</libelle_complet></formation>",
        "<formation><identifiant>FOR.4</identifiant></formation>",
        "<formation><identifiant>FOR.1</identifiant><libelle_complet>encore</libelle_complet></formation>",
    ]
    summary = convert(write_xml(tmp_path / "x.zip", "formations", records), FORMATIONS, tmp_path / "out", {}, str)
    text = summary.render()
    assert text.startswith("formations: 2 sheets in 5 records\n")
    assert "skipped 3 records: trois (no sound ID); no title (no title for FOR.4); encore (a second FOR.1)" in text
    assert "in no record, renamed at the source? code_scolarite, sigle," in text
    assert "duree in 4" in text and "unknown and ignored: prix in 1" in text
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["FOR.1.md", "FOR.2.md"]


# What may be wrong with a file.


def _bomb() -> str:
    entities = "".join(f'<!ENTITY a{n + 1} "{f"&a{n};" * 10}">' for n in range(9))
    return f'<!DOCTYPE x [<!ENTITY a0 "ha">{entities}]><metiers><metier>&a9;</metier></metiers>'


OUTSIDE = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><metiers><metier>&e;</metier></metiers>'


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        pytest.param(_bomb(), "declares entities", id="entity expansion"),
        pytest.param(OUTSIDE, "declares entities", id="outside entity"),
        pytest.param("<metiers><metier><a>", "not well-formed", id="cut"),
        pytest.param("Service indisponible", "not well-formed", id="no XML"),
        pytest.param("<r><metier>" + "<a>" * MAX_DEPTH, "nests elements", id="deep"),
        pytest.param(f"<r><metier>{'a' * (MAX_RECORD_CHARACTERS + 1)}", "a record of more than", id="huge record"),
        pytest.param("<r><metier identifiant='MET.1'/></r>", "holds no sheet", id="no sheet"),
        pytest.param("<r><formation><identifiant>FOR.1</identifiant></formation></r>", "no records of", id="another"),
    ],
)
def test_an_unsound_document_is_refused(tmp_path: Path, document: str, reason: str) -> None:
    with pytest.raises(ExportError, match=reason):
        convert(write_zip(tmp_path / "x.zip", document), METIERS, tmp_path / "out", {}, str)


def test_a_large_document_is_read_record_by_record_and_no_further_than_the_bound(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_zip(tmp_path / "x.zip", f"<r>{'<metier><identifiant>MET.1</identifiant></metier>' * 5_000}</r>")
    records = read_records(path)
    assert next(records).value("identifiant") == "MET.1"
    records.close()  # type: ignore[attr-defined]
    monkeypatch.setattr("chatbot.onisep.records.MAX_XML_BYTES", 100_000)
    with pytest.raises(ExportError, match="too large"):
        list(read_records(path))


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        pytest.param("x.zip", b"PK\x03\x04 no zip", "no sound zip", id="no zip"),
        pytest.param("x.json", b"[{", "no sound JSON", id="cut JSON"),
        pytest.param("x.json", b"[" * 100_000, "no sound JSON", id="deep JSON"),
        pytest.param("x.json", b'{"error": "down"}', "no list of records", id="an error in JSON"),
        pytest.param("x.json", b" " * (MAX_TABLE_BYTES + 1), "too large", id="large JSON"),
        pytest.param("x.csv", b"a;b;c\n\xff;1;2", "no sound CSV", id="CSV in another encoding"),
        pytest.param("x.txt", b"", "neither XML, JSON nor CSV", id="another type"),
    ],
)
def test_an_unsound_file_is_refused(tmp_path: Path, name: str, data: bytes, reason: str) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(ExportError, match=reason):
        list(read_records(tmp_path / name))


def test_a_zip_of_two_documents_is_refused_and_one_that_climbs_out_writes_nothing(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("../../evil.xml", "<r><metier/></r>")
        archive.writestr("lisez-moi.txt", "")
    assert len(list(read_records(tmp_path / "x.zip"))) == 1
    with zipfile.ZipFile(tmp_path / "x.zip", "a") as archive:
        archive.writestr("b.json", "[]")
    with pytest.raises(ExportError, match="holds 2 files of data"):
        list(read_records(tmp_path / "x.zip"))
    assert [path.name for path in tmp_path.iterdir()] == ["x.zip"]


# From a folder to sheets.


def test_files_of_any_name_become_sheets_with_their_facts(tmp_path: Path) -> None:
    exports = write_exports(tmp_path / "in")
    (exports / "notes.txt").write_text("rien")
    (exports / "autre.json").write_text('[{"a": 1}]')
    fetched = load(tmp_path / "store", exports)
    assert fetched.updated and len(fetched.changes.added) == 2
    sheet = read(tmp_path / "store")["MET.90001"]
    assert (sheet.niveau, sheet.statuts, sheet.formations) == (TAMER.niveau, TAMER.statuts, TAMER.formations)
    assert sheet.names == TAMER.names
    assert sheet.sections == TAMER.sections
    assert read(tmp_path / "store")["FOR.90001"].metiers == CAP.metiers


def test_the_raw_files_are_kept_with_date_and_checksum_the_last_of_them(tmp_path: Path) -> None:
    for count in range(1, KEPT + 3):
        load(tmp_path / "store", write_exports(tmp_path / "in", *numbered(count)))
    raw = tmp_path / "store" / "raw"
    kept = sorted(raw.glob("metiers-*.zip"))
    assert len(kept) == KEPT == len(list(raw.glob("metiers-*.notes.json")))
    notes = json.loads((raw / f"{kept[-1].name}.notes.json").read_text())
    assert notes["size"] == kept[-1].stat().st_size and len(notes["sha256"]) == 64 and notes["fetched_at"]
    assert len(list(raw.glob("formations-*.zip"))) == 1  # the same bytes are not kept twice


def test_the_same_files_change_nothing_and_a_dry_run_only_tells(tmp_path: Path) -> None:
    store, exports = tmp_path / "store", write_exports(tmp_path / "in")
    load(store, exports)
    before = {path: path.stat().st_mtime_ns for path in (store / "sheets").rglob("*")}
    assert load(store, exports).summaries == ()
    write_exports(exports, replace(TAMER, niveau=Niveau("bac + 4", 4.0)))
    told = load(store, exports, dry_run=True)
    assert render_changes(told.changes) == "niveau of MET.90001: bac + 3 → bac + 4"
    assert {path: path.stat().st_mtime_ns for path in (store / "sheets").rglob("*")} == before
    assert load(store, exports).changes == told.changes
    assert read(store)["MET.90001"].niveau == Niveau("bac + 4", 4.0)


def test_far_fewer_sheets_than_last_time_need_force(tmp_path: Path) -> None:
    store = tmp_path / "store"
    load(store, write_exports(tmp_path / "in", *numbered(10)))
    load(store, write_exports(tmp_path / "in", *numbered(8)))
    exports = write_exports(tmp_path / "in", *numbered(6))
    with pytest.raises(ExportError, match=r"The metiers have only 6 sheets instead of 8 last time; .* --force"):
        load(store, exports)
    assert len(read(store)) == 9
    assert len(load(store, exports, force=True).changes.removed) == 2


def test_what_is_not_in_the_folder_stays_as_it_was(tmp_path: Path) -> None:
    store = tmp_path / "store"
    load(store, write_exports(tmp_path / "in"))
    write_xml((tmp_path / "only").with_suffix(".zip"), "metiers", map(metier_xml, numbered(2)))
    (tmp_path / "one").mkdir()
    os.replace(tmp_path / "only.zip", tmp_path / "one" / "only.zip")
    load(store, tmp_path / "one")
    assert sorted(read(store)) == ["FOR.90001", "MET.1", "MET.2", "MET.90001"]  # the last by the referential


@pytest.mark.parametrize(
    ("break_it", "reason"),
    [
        pytest.param(lambda folder: (folder / "b.zip").write_bytes((folder / "fiches_metiers.zip").read_bytes()),
                     "both hold the metiers", id="twice"),
        pytest.param(lambda folder: [path.unlink() for path in folder.iterdir()], "none of Onisep's", id="empty"),
        pytest.param(lambda folder: write_zip(folder / "fiches_metiers.zip", f"<m>{metier_xml(TAMER)}<cut>"),
                     "not well-formed", id="cut short"),
    ],
)  # fmt: skip
def test_a_folder_that_is_not_as_it_should_be_leaves_the_sheets(tmp_path: Path, break_it, reason: str) -> None:  # type: ignore[no-untyped-def]
    store, exports = tmp_path / "store", write_exports(tmp_path / "in")
    load(store, exports)
    break_it(exports)
    with pytest.raises(ExportError, match=reason):
        load(store, exports)
    assert sorted(read(store)) == ["FOR.90001", "MET.90001"]
    assert not (store / "sheets.new").exists() or load(store, write_exports(exports), force=True).updated


def test_a_kill_between_two_steps_of_publication_is_mended(tmp_path: Path) -> None:
    store, exports = tmp_path / "store", write_exports(tmp_path / "in")
    load(store, exports)
    os.replace(store / "sheets", store / "sheets.old")
    (store / "sheets.new").mkdir()
    load(store, exports)
    assert sorted(read(store)) == ["FOR.90001", "MET.90001"]
    assert sorted(path.name for path in store.iterdir() if path.is_dir()) == ["raw", "sheets"]


# From the network.


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    exports = write_exports(tmp_path / "exports")
    names = ("fiches_metiers.zip", "fiches_formations.zip", "formations.json", "metiers.json")
    files = {f"/{dataset.path}": (exports / name).read_bytes() for dataset, name in zip(DATASETS, names, strict=True)}
    with serve(Served(files)) as running:
        yield running


def fetch_from(served: Served, store: Path, pauses: list[float] | None = None) -> Fetched:
    return fetch(store, from_onisep(str, served.url, (pauses if pauses is not None else []).append), str)


def test_the_four_files_are_downloaded_and_asked_for_again_only_when_they_changed(
    served: Served, tmp_path: Path
) -> None:
    fetch_from(served, tmp_path / "store")
    assert sorted(read(tmp_path / "store")) == ["FOR.90001", "MET.90001"]
    served.requests.clear()
    assert not fetch_from(served, tmp_path / "store").updated
    assert [status for _, _, status in served.requests] == [304] * 4
    new = write_xml(tmp_path / "new.zip", "metiers", map(metier_xml, [TAMER, *numbered(1)]))
    served.files[f"/{METIERS.path}"] = new.read_bytes()
    served.requests.clear()
    assert [sheet.sheet_id for sheet in fetch_from(served, tmp_path / "store").changes.added] == ["MET.1"]
    assert [status for _, _, status in served.requests] == [200, 304, 304, 304]


def test_a_broken_download_goes_on_where_it_stopped(served: Served, tmp_path: Path) -> None:
    size = len(served.files[f"/{METIERS.path}"])
    served.cut_at = [size // 3, size // 3]
    pauses: list[float] = []
    fetch_from(served, tmp_path / "store", pauses)
    resumed = [(start, status) for path, start, status in served.requests if path == f"/{METIERS.path}"]
    assert resumed == [("", 200), (str(size // 3), 206), (str(2 * (size // 3)), 206)]
    assert pauses == [1.0, 2.0]
    assert "MET.90001" in read(tmp_path / "store")


def test_a_run_that_gave_up_is_resumed_by_the_next_unless_the_file_changed(served: Served, tmp_path: Path) -> None:
    target, url = tmp_path / "metiers.zip", f"{served.url}/{METIERS.path}"
    body = served.files[f"/{METIERS.path}"]
    served.cut_at = [10] * 6
    with httpx.Client() as client:
        with pytest.raises(DownloadError, match="could not be fetched in 6 attempts"):
            download(client, url, target, None, str, pause=lambda seconds: None)
        assert (tmp_path / "metiers.zip.part").stat().st_size == 60 and not target.exists()
        served.files[f"/{METIERS.path}"] = body[::-1]
        assert download(client, url, target, None, str, pause=lambda seconds: None)
    assert target.read_bytes() == body[::-1]  # nothing of the other file is in it
    assert sorted(path.name for path in tmp_path.glob("metiers*")) == ["metiers.zip"]


def test_without_a_strong_validator_a_download_starts_again(served: Served, tmp_path: Path) -> None:
    served.weak, served.cut_at = True, [10]
    with httpx.Client() as client:
        download(client, f"{served.url}/{METIERS.path}", tmp_path / "m.zip", None, str, pause=lambda seconds: None)
    assert [(start, status) for _, start, status in served.requests] == [("", 200), ("", 200)]
    assert (tmp_path / "m.zip").read_bytes() == served.files[f"/{METIERS.path}"]


@pytest.mark.parametrize(
    ("fail", "reason"),
    [
        pytest.param(lambda s: s.files.pop(f"/{METIERS.path}"), "answered 404 Not Found", id="gone"),
        pytest.param(lambda s: s.statuses.extend([503] * 6), "in 6 attempts .the server answered 503", id="down"),
        pytest.param(lambda s: setattr(s, "content_type", "text/html"), "gave 'text/html' instead", id="page"),
    ],
)
def test_an_answer_that_is_no_export_leaves_the_sheets(served: Served, tmp_path: Path, fail, reason: str) -> None:  # type: ignore[no-untyped-def]
    fetch_from(served, tmp_path / "store")
    served.files = {path: body + b"\0" for path, body in served.files.items()}
    fail(served)
    with pytest.raises(DownloadError, match=reason):
        fetch_from(served, tmp_path / "store")
    assert sorted(read(tmp_path / "store")) == ["FOR.90001", "MET.90001"]


def test_a_file_that_is_unsound_is_not_kept_and_is_fetched_again(served: Served, tmp_path: Path) -> None:
    sound = served.files[f"/{METIERS.path}"]
    served.files[f"/{METIERS.path}"] = b"PK broken"
    with pytest.raises(ExportError, match="no sound zip"):
        fetch_from(served, tmp_path / "store")
    served.files[f"/{METIERS.path}"] = sound
    assert fetch_from(served, tmp_path / "store").updated


def test_an_unreachable_server_is_named_after_some_attempts(tmp_path: Path) -> None:
    with httpx.Client() as client, pytest.raises(DownloadError, match="could not be fetched in 6 attempts"):
        download(client, "http://127.0.0.1:9/x", tmp_path / "x.zip", Validators(), str, pause=lambda seconds: None)
