"""A message, understood: what is asked, of which sheets, within which limits."""

from dataclasses import dataclass, field

from chatbot.question.constraints import Levels

# What a sheet can answer; the order is the order of an answer that covers several.
METIER_NEEDS = (
    "fiche", "missions", "niveau", "diplomes", "duree", "acces", "salaire", "statut", "competences", "conditions",
    "emploi", "carriere", "interets", "rome", "appellations",
)  # fmt: skip
FORMATION_NEEDS = (
    "fiche", "type", "sigle", "duree", "niveau", "certification", "acces", "attendus", "contenu", "poursuite",
    "metiers_apres",
)  # fmt: skip
NEEDS = tuple(dict.fromkeys(METIER_NEEDS + FORMATION_NEEDS))
# What a need of the other kind of sheet means, asked of this one.
AS_METIER = {
    "certification": "niveau",
    "type": "diplomes",
    "attendus": "acces",
    "contenu": "diplomes",
    "poursuite": "diplomes",
}
AS_FORMATION = {
    "diplomes": "acces", "competences": "attendus", "missions": "contenu", "emploi": "metiers_apres",
    "carriere": "poursuite", "conditions": "contenu", "salaire": "metiers_apres",
}  # fmt: skip
# Needs that only a métier can be asked for.
METIER_ONLY = {"salaire", "missions", "statut", "conditions", "carriere", "interets", "rome"}


@dataclass(frozen=True, slots=True)
class Turn:
    """One earlier message of the conversation; `role` is "user" or "assistant"."""

    role: str
    content: str


@dataclass(frozen=True, slots=True)
class Question:
    """What a message asks, of which sheets and within which limits.

    `intent` says what `subjects` are, IDs of sheets, best first:
    - sheet: the one that is asked for `needs`, then others of the same name; not all need be loaded
    - compare: those to compare; ambiguous: the choices to offer for the name `topic`
    - explore: none, ideas of métiers are wanted
    - unknown: the nearest to `topic`, which no sheet is about; unknown_id: none, `topic` is an ID of nothing
    - nothing: none, no sheet comes near
    - support: none, `topic` is the danger, `about` says whose
    - any other: an aside that no sheet answers (greeting, off_topic, undecided…: the keys of `data/asides.json`)
    """

    message: str  # as it is understood: English and short forms rewritten
    intent: str
    needs: tuple[str, ...] = ()  # of NEEDS, in their order; "question" when it is none of them
    subjects: tuple[str, ...] = ()
    topic: str = ""
    about: str = ""  # support: "other" when somebody else is in danger, "still" in the turns after the help lines
    levels: Levels = field(default_factory=Levels)  # of the métiers that are wished for
    diploma_levels: Levels = field(default_factory=Levels)  # of the diplomas that are asked for
    diploma_types: tuple[str, ...] = ()  # as `find_diploma_types` names them ("bac pro")
    diploma_duration: str = ""  # as sheets write it ("1 an")
    diploma_limit: int = 0  # at most so many recommended formations; 0 for the usual number
    interests: tuple[str, ...] = ()  # as sheets write them, strongest first
    settings: tuple[str, ...] = ()  # keys of `data/settings.jsonl`, strongest first
    avoided: tuple[str, ...] = ()  # interests that are refused
    proposed: tuple[str, ...] = ()  # explore: the IDs not to propose: those proposed already, or refused
    specific: bool = True  # words of its own beside the names and the needs: a precise question, not a general one
    focus: str = ""  # the message without the names of its subjects: what passages are chosen by
    background: tuple[str, ...] = ()  # sheet IDs that the user already has or leaves behind
    within: tuple[str, ...] = ()  # the sheets nearest to the subject within the level asked, when it lies above it
    followed: bool = False  # the subject comes from the conversation
    named: bool = False  # the message surely names a sheet that is loaded, and does not set it aside
    out_of_reach: bool = False  # asks for fees, dates, places or odds, which no sheet gives
    tu: bool = False  # answer with "tu"
    english: bool = False

    @property
    def asked(self) -> str:
        """What is asked of a subject: the message without its names, where that leaves anything."""
        return self.focus or self.message
