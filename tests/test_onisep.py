"""Onisep's exports: what is read from them, and what is refused."""

import zipfile
from pathlib import Path

import pytest

from chatbot.onisep import ExportError
from chatbot.onisep.conversion import convert
from chatbot.onisep.datasets import FORMATIONS, IDEO_FORMATIONS, IDEO_METIERS, METIERS
from chatbot.onisep.html import read_html
from chatbot.onisep.records import MAX_DEPTH, MAX_RECORD_CHARACTERS, MAX_TABLE_BYTES, read_records
from chatbot.sheets import Niveau, Section, read_sheets
from tests.onisep_exports import (
    ideo_metier_row,
    write_xml,
    write_zip,
)
from tests.onisep_store import TAMER


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
