"""Invented sheets, one for each trap of an answer, and an index of them built as the real one."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

from chatbot.assembly import list_artefacts
from chatbot.config import Settings
from chatbot.index import Index, build_index, open_index
from tests.fake_embedder import FakeEmbedder

TAMER = "MET.90001"  # everything is said
FOUNDER = "MET.90002"  # shares the alias "campaniste" with RINGER
RINGER = "MET.90003"
CAVE_GUIDE = "MET.90004"  # the level field says bac, the text says no diploma
WIND_GAUGER = "MET.90005"  # no salary
STORYTELLER = "MET.90006"  # "Variable" salary
KEEPER = "MET.90007"  # weekly salary
GATHERER = "MET.90008"  # most sections are absent
TAMER_CAP = "FOR.90001"
BELL_BTS = "FOR.90002"  # no description, no access
WIND_MASTER = "FOR.90003"
UNLOADED = "FOR.90099"  # recommended by a métier, without a sheet

METIERS = {
    TAMER: """# dresseur/euse de puces
**ID:** MET.90001

**Appellations:**
- Féminin: dresseuse de puces
- Masculin: dresseur de puces

**Codes ROME:**
- A1503

## Présentation

Sous son chapiteau miniature, l'artiste apprend aux puces savantes à tirer un carrosse et à sauter dans un cerceau.

## En bref

Les puces obéissent à la patience, jamais à la contrainte. Un numéro demande six mois de répétitions.

            ### Durée des études
            ## Après la 3e
            2 ans pour préparer le CAP dresseur de puces.

## Nature du travail

### Capturer et nourrir
            La dresseuse recueille ses puces au printemps et les nourrit chaque soir.

            ### Mettre en scène
            Elle invente de petits numéros, coud des costumes et règle la lumière de la piste.

## Compétences requises

### Patience et bons yeux
            Il faut une vue excellente, des gestes très précis et beaucoup de patience avec les bêtes.

## Conditions de travail

### En tournée
            Les représentations ont lieu le soir et le dimanche, de village en village, 140 jours par an.

## Vie professionnelle

## Salaire
            ### Salaire du débutant
            A partir de 1843 euros brut par mois.

            ## Intégrer le marché du travail
            ### Quelques cirques
            Une vingtaine de cirques recrutent chaque année. Avec de l'expérience, on peut diriger sa propre troupe.

## Accès au métier

Le CAP dresseur de puces se prépare en apprentissage dans un cirque, à partir de 16 ans, sur entretien.

**Niveau d'accès minimum:** CAP ou équivalent

## Formations recommandées

- CAP dresseur de puces (ID: FOR.90001)
- diplôme supérieur des arts du cirque miniature (ID: FOR.90099)

**Statuts possibles:**
- salarié
- artisan

## Centres d'intérêt

- je veux m'occuper d'animaux
- je veux travailler dans le spectacle
""",
    FOUNDER: """# fondeur/euse de cloches
**ID:** MET.90002

**Appellations:**
- Féminin: fondeuse de cloches
- Masculin: fondeur de cloches

## Autres appellations

### campaniste
- Féminin: campaniste
- Masculin: campaniste

## Présentation

Du moule en argile à la coulée de bronze, cet artisan donne naissance aux cloches des églises et des mairies.

## Nature du travail

### Mouler et couler
            Le bronze est versé à 1150 degrés dans un moule d'argile, de crin et de crottin de cheval.

## Conditions de travail

### La chaleur du four
            La coulée se fait de nuit, devant le four. Le port de vêtements ignifugés est obligatoire.

## Vie professionnelle

## Salaire
            ### Salaire du débutant
            1912 euros brut par mois.

## Accès au métier

Le BTS métiers du bronze est apprécié des fonderies. Le métier s'apprend surtout auprès d'un maître.

**Niveau d'accès minimum:** bac + 2

## Formations recommandées

- BTS métiers du bronze (ID: FOR.90002)

**Statuts possibles:**
- artisan

## Centres d'intérêt

- je veux travailler de mes mains
""",
    RINGER: """# accordeur/euse de carillons
**ID:** MET.90003

**Appellations:**
- Féminin: accordeuse de carillons
- Masculin: accordeur de carillons

## Autres appellations

### campaniste
- Féminin: campaniste
- Masculin: campaniste

## Présentation

Là-haut dans les clochers, ce musicien règle le son de chaque carillon à l'oreille.

## Nature du travail

### Écouter et régler
            Il gravit les clochers, écoute chaque note, puis lime le métal pour la corriger.

## Vie professionnelle

## Salaire
            ### Salaire du débutant
            De 2031 à 2177 euros brut par mois.

## Accès au métier

Une licence de musicologie et un stage de 18 mois auprès d'un accordeur sont demandés.

**Niveau d'accès minimum:** bac + 3

**Statuts possibles:**
- indépendant

## Centres d'intérêt

- je rêve d'un métier artistique
- je veux travailler de mes mains
""",
    CAVE_GUIDE: """# guide de grottes
**ID:** MET.90004

**Appellations:**
- Féminin: guide de grottes
- Masculin: guide de grottes

## Présentation

Lampe au front, ce guide conduit les visiteurs parmi les stalactites et leur raconte la vie des chauves-souris.

## Conditions de travail

### Sous terre
            Il fait 12 degrés toute l'année dans les galeries. Les visites ont lieu le week-end et l'été.

## Vie professionnelle

## Salaire
            ### Salaire du débutant
            1805 euros brut par mois.

## Accès au métier

Aucun diplôme n'est exigé pour guider dans une grotte privée : le propriétaire forme lui-même ses guides.

**Niveau d'accès minimum:** bac ou équivalent

**Statuts possibles:**
- salarié

## Centres d'intérêt

- j'aime la nature
- j'aimerais travailler dehors
""",
    WIND_GAUGER: """# jaugeur/euse de vent
**ID:** MET.90005

**Appellations:**
- Féminin: jaugeuse de vent
- Masculin: jaugeur de vent

## Présentation

Sur les crêtes, cette scientifique mesure la force du vent pour décider où planter les éoliennes.

## Nature du travail

### Mesurer et calculer
            La jaugeuse installe des mâts de 80 mètres, relève les anémomètres et calcule des moyennes.

## Conditions de travail

### Dehors par tous les temps
            Le travail se partage entre les crêtes et le bureau d'études.

## Accès au métier

Le master mesure du vent est la voie la plus directe. Certains bureaux exigent le permis B.

**Niveau d'accès minimum:** bac + 5

## Formations recommandées

- master mesure du vent (ID: FOR.90003)

**Statuts possibles:**
- salarié

## Centres d'intérêt

- j'aime jongler avec les chiffres
- j'aimerais travailler dehors
""",
    STORYTELLER: """# conteur/euse de veillées
**ID:** MET.90006

**Appellations:**
- Féminin: conteuse de veillées
- Masculin: conteur de veillées

## Présentation

Au coin du feu, cette voix fait vivre les légendes des villages devant petits et grands.

## Nature du travail

### Collecter et raconter
            Le conteur recueille des légendes auprès des anciens, les apprend et les raconte aux veillées.

## Vie professionnelle

## Salaire
            ### Salaire du débutant
            Variable.

## Accès au métier

Les stages du conservatoire des légendes durent 3 semaines.

**Niveau d'accès minimum:** sans diplôme

**Statuts possibles:**
- intermittent du spectacle

## Centres d'intérêt

- je veux travailler dans le spectacle
- J'aime communiquer
""",
    KEEPER: """# gardien/ne de phare
**ID:** MET.90007

**Appellations:**
- Féminin: gardienne de phare
- Masculin: gardien de phare

## Présentation

Seul face à l'océan, il veille sur la lanterne qui guide les bateaux.

## Nature du travail

### Veiller
            Le gardien entretient la lanterne, note la météo et signale les navires en difficulté.

## Vie professionnelle

## Salaire
            ### Salaire du débutant
            487 euros brut par semaine, nourri et logé.

## Accès au métier

Le concours est ouvert aux titulaires d'un CAP, à partir de 21 ans.

**Niveau d'accès minimum:** CAP ou équivalent

**Statuts possibles:**
- fonctionnaire

## Centres d'intérêt

- j'aime la nature
- j'aimerais travailler dehors
""",
    GATHERER: """# ramasseur/euse de miel
**ID:** MET.90008

**Appellations:**
- Féminin: ramasseuse de miel
- Masculin: ramasseur de miel

## Présentation

À l'aube, ce cueilleur grimpe aux falaises et récolte le miel des abeilles sauvages.

**Niveau d'accès minimum:** CAP ou équivalent
""",
}
FORMATIONS = {
    TAMER_CAP: """# CAP dresseur de puces

## Informations générales

**Durée:** 2 ans
**Niveau de certification:** niveau 3
**Type:** certificat d'aptitude professionnelle (CAP)

## Description

Ce CAP apprend à élever les puces, à monter un numéro et à coudre des costumes minuscules.

## Accès

Après la 3e, sur dossier et entretien avec un directeur de cirque.

## Poursuite d'études

Une mention complémentaire de puces volantes se prépare en 10 mois.

## Métiers associés

- dresseur/euse de puces
""",
    BELL_BTS: """# BTS métiers du bronze

## Informations générales

**Sigle:** MB
**Durée:** 2 ans
**Niveau de certification:** niveau 5
**Type:** brevet de technicien supérieur (BTS)

## Métiers associés

- fondeur/euse de cloches
""",
    WIND_MASTER: """# master mesure du vent

## Informations générales

**Durée:** 2 ans
**Niveau de certification:** niveau 7
**Type:** master

## Description

Ce master forme aux instruments de mesure, à la statistique et au droit de l'énergie.

## Métiers associés

- jaugeur/euse de vent
""",
}
SHEETS = {**METIERS, **FORMATIONS}
EVERYDAY = {
    "id": TAMER,
    "title": "dresseur de puces",
    "names": ["montreur de puces"],
    "descriptions": ["faire sauter des puces dans un cerceau"],
    "questions": ["c'est quoi le gars qui a un cirque de puces"],
}


def build_small_index(folder: Path, more: Mapping[str, str] | None = None) -> Index:
    """Index the sheets, and more of them by file name, with all that the real chatbot learns, and open the index."""
    sheets = folder / "sheets"
    sheets.mkdir()
    for sheet_id, text in SHEETS.items():
        (sheets / f"{sheet_id}_invented.md").write_text(text, encoding="utf-8")
    for name, text in (more or {}).items():
        (sheets / name).write_text(text, encoding="utf-8")
    (sheets / "metiers.jsonl").write_text(json.dumps(EVERYDAY, ensure_ascii=False) + "\n", encoding="utf-8")
    settings = Settings(vectorstore=folder / "vectorstore", embedding="fake")
    return _index_small(folder / "sheets", settings)


def put_on_server(index: Index, folder: Path, chroma_url: str) -> Index:
    """Give a small index once more, its vectors on a Chroma server; what it learned is taken over."""
    settings = Settings(vectorstore=folder / "vectorstore", embedding="fake", chroma_url=chroma_url)
    shutil.copytree(index.folder.parent, settings.vectorstore)
    return _index_small(index.folder.parent.parent / "sheets", settings)


def _index_small(sheets: Path, settings: Settings) -> Index:
    build_index(
        [sheets],
        settings,
        list_artefacts(),
        report=str,
        open_model=lambda choice: FakeEmbedder(),
        everyday_folder=sheets,
    )
    return open_index(settings.vectorstore, settings, open_model=lambda choice: FakeEmbedder())
