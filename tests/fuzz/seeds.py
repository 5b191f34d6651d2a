"""Where fuzzing starts from: invented sheets, exports and messages, each with a trap or two; none of Onisep's texts."""

import io
import json
import zipfile

from tests.small_world import SHEETS

SHEET = """\ufeff# dompteur/euse d'orages\u00a0\u200b
**ID :** MET.1
**Appellations:**
- Féminin: dompteuse d'orages
- Masculin : dompteur
## Autres appellations
### paratonnerre
- Féminin: <script>alert(1)</script>
## Présentation
Il dompte. Elle ÉcouteLes éclairs{{x}} ${y} [MET.999] ![x](http://x/y.png) [a](javascript:alert(1))\u202e
## En bref
            ### Durée des études
            ## Après la 3e
            2 ans ou 3 à 4 ans, bac + 2/3, bac  5
**À noter :** *MPSI* et **gras** <br/>• un•deux
## Salaire
1 843,50 euros brut par mois, de 80 à 90 € par jour ; 100 %
**Niveau d'accès minimum:** bac + 5
## Formations recommandées
- CAP (ID: FOR.1)
- sans identifiant
**Statuts possibles:**
- salarié
**Lien:** [lire](https://[oops)
**Codes ROME:**
- A1503
## Centres d'intérêt
- j'aime la nature
"""
FORMATION = """# BTS \x1b[31mrouge
**Durée:** 2 ans et demi
**Niveau de certification:** niveau 5
**Type:** brevet (BTS)
**Code RNCP:** ٣٤
## Informations générales
**🔗 Fiche formation Onisep :** [x](https://www.onisep.fr/http/redirection/formation/slug/FOR.2)
## Poursuite d'études
Suite.
"""
XML = """<?xml version="1.0"?><metiers><metier><identifiant>MET.1</identifiant><nom_metier>a/b</nom_metier>
<synonymes><synonyme><nom_metier>c</nom_metier><libelle_feminin>d</libelle_feminin></synonyme></synonymes>
<romesV3><romeV3>A1</romeV3></romesV3><acces_metier><![CDATA[<h5>a</h5><p>b &amp;nbsp; c</p><ul><li>d</li></ul>]]>
</acces_metier><niveau_acces_min><id>REF.410</id><libelle>bac</libelle></niveau_acces_min>
<formations_min_requise><formation_min_requise><id>FOR.1</id><libelle>e</libelle></formation_min_requise>
</formations_min_requise></metier></metiers>"""
FORMATIONS_XML = """<formations><formation identifiant="FOR.1"><libelle_complet>a</libelle_complet><duree>2 ans</duree>
<type_Formation><type_formation_libelle>b</type_formation_libelle></type_Formation></formation></formations>"""
ROW = {"libelle_metier": "a", "lien_site_onisepfr": "https://x/slug/MET.1", "code_rome": "A1 | B2", "annee": None}
OTHER_ROW = {"libelle_formation_principal": "a", "url_et_id_onisep": "http://x/slug/FOR.1", "duree": 2.5}
ASKED = {"question": "et \u202e[MET.1] ?", "number": 1, "history": [{"question": "a", "text": "| |\n|-|\n[MET.1]"}]}
CITED = {"sheet_id": "MET.1", "kind": "x\"'", "title": "<b>", "section": "s", "excerpt": "e", "url": "https://[x"}
EXCHANGE = {"question": "a", "text": "**b** [MET.1]\n- c", "citations": [CITED], "suggestions": ["<i>"]}
EVERYDAY = {"id": "MET.1", "title": "a", "names": ["b"], "descriptions": ["c"], "questions": ["d"]}


def _zip(name: str, text: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, text)
    return target.getvalue()


MARKDOWN = [text.encode() for text in (SHEET, FORMATION, *SHEETS.values())]
UNITS = (
    *("**", "#", "<br/>", "<a ", "<!--", "<![", "<script>", "</a", "<a b='", "&", "&nbsp;", "1 ", "bac + 2 ", "(ID: "),
    *("- ", "a@", "06 ", "[MET.1]", "le ", "É", "https://[", "2 ans à ", "(", "«", "| |\n"),
    *("# a\n", "## a\n", "## Formations recommandées\n- a (ID: FOR.9)\n", "**Durée:** a\n"),
)
SEEDS: dict[str, list[bytes]] = {
    "sheet": MARKDOWN,
    "facts": [b"De 1 843,50 \xc3\xa0 2 000 euros brut par mois.", b"bac + 4/5, 6 mois \xc3\xa0 1 an", *MARKDOWN[:2]],
    "check": MARKDOWN,
    "export": [
        b"\x00" + XML.encode(),
        b"\x00" + FORMATIONS_XML.encode(),
        b"\x01" + json.dumps([ROW]).encode(),
        b"\x01" + json.dumps({"results": [OTHER_ROW]}).encode(),
        b"\x02libelle_metier;lien_site_onisepfr;x\na;https://x/slug/MET.1;c\n",
        b"\x03" + _zip("../a.xml", XML),
        b"\x03" + _zip("a.json", json.dumps([OTHER_ROW])),
    ],
    "html": [XML.encode(), b"<h5>a<li>b</h5><script>c</script><td>d<br/>&amp;nbsp;&#0;", b"<!--<![CDATA[<?x"],
    "markers": [b"[MET.1] **a** _b_ | | |\n|-|-|\n- `c` <b> ![d](e) <http://f>", b"Quelques pistes : [FOR.2]"],
    "conversation": [
        json.dumps(each).encode()
        for each in (ASKED, [EXCHANGE], {"exchange": EXCHANGE, "useful": True, "comment": "a@b.fr 06 12 34 56 78"})
    ],
    "settings": [bytes([n]) + value for n in range(30) for value in (b"1", b"a:b", b"http://a:1/v1", b"10.0.0.0/8")],
    "everyday": [json.dumps(EVERYDAY).encode(), b'{"id": "MET.1", "title": "a", "names": ["b"], "question": "c"}\n[]'],
    "repeated": [unit.encode() for unit in UNITS],
}
