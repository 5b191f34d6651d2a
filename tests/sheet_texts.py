"""Invented sheets that tests parse."""

from chatbot.sheets import Sheet

METIER_TEXT = """\
# dresseur/euse de nuages
**ID:** MET.90001

**Appellations:**
- Féminin: dresseuse de nuages
- Masculin: dresseur de nuages

## Autres appellations

### berger/ère du ciel
- Féminin: bergère du ciel
- Masculin: berger du ciel

**Codes ROME:**
- Z9901
- Z9902

## Présentation

Guide les nuages là où la pluie manque.

## En bref

Chaque matin, il faut rassembler  le troupeau.

            ### Durée des études
            ## Après la 3e
            2 ans pour un CAP météo douce.

            ##  Après le bac
            3 ans pour une licence de brume.

## Vie professionnelle

## Salaire
            ### Salaire du débutant
            A partir de 1900 euros brut par mois, en plaine<br/>A partir de 2100 euros brut par mois, en montagne

            ## Intégrer le marché du travail
            ### Un ciel porteur
            Les départs sont nombreux.

## Accès au métier

Il faut aimer le vent.

            Niveau CAP

            CAP météo douce

            CAP pluie fine

            Niveau bac + 3

            Licence de brume

**Niveau d'accès minimum:** CAP ou équivalent

## Formations recommandées

- CAP météo douce (option A) (ID: FOR.90001)
- licence de brume (ID: FOR.90002)

**Statuts possibles:**
- salarié
- indépendant

## Centres d'intérêt

- j'aime la nature
"""
FORMATION_TEXT = """\
# CAP météo douce

## Informations générales

**Code scolarité:** 123
**Sigle:** CMD
**Durée:** 2 ans
**Niveau de certification:** niveau 3
**Type:** CAP (CAP)

**Lien:** [https://exemple.test/a_b](https://exemple.test/a_b)

## Attendus

### Attendus nationaux
            Savoir attendre.

## Métiers associés

- dresseur/euse de nuages
"""
REFERENTIAL_TEXT = """\
# CAP météo douce

## 📋 Informations générales

**Type de formation:** certificat d'aptitude céleste (CAP)
**Sigle:** CMD
**Durée:** 2 ans
**Niveau de sortie indicatif:** CAP ou équivalent

## 🎓 Certification

**Code RNCP:** 99901
**Niveau:** niveau 3

**Code NSF:** 210 | 212
**Tutelle:** Ministère du Ciel

**🔗 Fiche formation Onisep:** [https://www.onisep.fr/http/redirection/formation/slug/FOR.90001](https://www.onisep.fr/http/redirection/formation/slug/FOR.90001)

## 🎯 Domaines

- ciel/nuages
"""
METIER_ROW = """\
# dresseur / dresseuse de nuages
**🔗 Fiche métier Onisep:** [https://www.onisep.fr/http/redirection/metier/slug/MET.90001](https://www.onisep.fr/http/redirection/metier/slug/MET.90001)

## 📚 Publication

**Titre:** Les métiers du {about}
**Collection:** Parcours
**Année:** 2021
**Code:** {about}1

**Groupe Formation Emploi (GFE):** GFE Z : ciel

## 🏷️ Classification ROME

**Code ROME:** Z9901 | Z9903
**Intitulé:** Conduite de nuages | Conduite de brumes
**Lien France Travail:** [https://candidat.francetravail.fr/metierscope/fiche-metier/Z9901 | …](https://candidat.francetravail.fr/…)

## 🎯 Domaines

- ciel/nuages
- ciel/{about}
"""
GOOD = "# un métier\n**ID:** MET.1\n"


def passages(sheet: Sheet) -> list[tuple[str, str, str]]:
    return [(section.heading, section.subheading, section.text) for section in sheet.sections]
