"""The four open data sets of Onisep: where they are, what their records look like, which tags are expected."""

from collections.abc import Mapping
from dataclasses import dataclass

DOWNLOADS = "https://api.opendata.onisep.fr/downloads"


@dataclass(frozen=True, slots=True)
class Dataset:
    """One data set: `path` under the downloads, `name` also of its folder of sheets.

    `record` is the tag of a record in XML; rows of JSON, CSV and `<item>`s are told by `key`, which they all have.
    The absence of an expected tag is reported; an ignored one is known and not used; any other is unknown.
    """

    name: str
    path: str
    record: str
    key: str
    expected: tuple[str, ...]
    ignored: tuple[str, ...] = ()


METIERS = Dataset(
    name="metiers",
    path="5fe0808a2da6f/5fe0808a2da6f.zip",
    record="metier",
    key="identifiant",
    expected=(
        "identifiant", "nom_metier", "libelle_feminin", "libelle_masculin", "synonymes", "romesV3", "accroche_metier",
        "formats_courts", "nature_travail", "competences", "condition_travail", "vie_professionnelle", "acces_metier",
        "niveau_acces_min", "formations_min_requise", "statuts", "centres_interet",
    ),
    ignored=("secteurs_activite", "metiers_associes", "sources_numeriques", "publications", "format_court"),
)  # fmt: skip
FORMATIONS = Dataset(
    name="formations",
    path="5fe07a9ecc960/5fe07a9ecc960.zip",
    record="formation",
    key="identifiant",
    expected=(
        "identifiant", "libelle_complet", "code_scolarite", "sigle", "duree", "niveau_certification", "type_Formation",
        "url", "descriptif_format_court", "descriptif_acces", "attendus", "descriptif_poursuite_etudes",
        "metiers_formation",
    ),
    ignored=(
        "libelle_generique", "libelle_court", "duree_formation", "niveau_etudes", "nature_certificat", "nsf_discipline",
        "niv_code", "element_enseignement", "sous_tutelle", "tutelle", "poursuites_etudes", "sources_numeriques",
        "sous_domaines_web", "mots_cles", "code_RNCP", "synonymes",
    ),
)  # fmt: skip
IDEO_FORMATIONS = Dataset(
    name="ideo_formations",
    path="5fa591127f501/5fa591127f501.json",
    record="item",
    key="url_et_id_onisep",
    expected=(
        "libelle_formation_principal", "libelle_type_formation", "sigle_type_formation", "sigle_formation", "duree",
        "niveau_de_sortie_indicatif", "code_rncp", "libelle_niveau_de_certification", "code_scolarite", "code_nsf",
        "tutelle", "url_et_id_onisep", "domainesous-domaine",
    ),
    ignored=("niveau_de_certification",),
)  # fmt: skip
IDEO_METIERS = Dataset(
    name="ideo_metiers",
    path="5fa5949243f97/5fa5949243f97.json",
    record="item",
    key="lien_site_onisepfr",
    expected=(
        "libelle_metier", "lien_site_onisepfr", "nom_publication", "collection", "annee", "gencod", "gfe", "code_rome",
        "libelle_rome", "lien_rome", "domainesous-domaine",
    ),
)  # fmt: skip
DATASETS = (METIERS, FORMATIONS, IDEO_FORMATIONS, IDEO_METIERS)


def identify_dataset(tag: str, record: Mapping[str, object]) -> Dataset | None:
    """Tell which data set a record comes from by its tag and what it holds; None for anything else."""
    return next((each for each in DATASETS if each.record == tag and each.key in record), None)
