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
    "carriere": "poursuite", "conditions": "contenu",
}  # fmt: skip
METIER_ONLY = {"salaire", "missions", "statut", "conditions", "carriere", "interets", "rome"}


@dataclass(frozen=True, slots=True)
class Turn:
    """One earlier message of the conversation; `role` is "user" or "assistant"."""

    role: str
    content: str


@dataclass(frozen=True, slots=True)
class Question:
    """What a message asks. `subjects` are sheet IDs: the one asked about, those compared, or the choices to offer."""

    message: str
    intent: str  # sheet, explore, compare, ambiguous, unknown, support, off_topic, identity, greeting, thanks, …
    needs: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    topic: str = ""  # support: suicide, violence, bullying; out_of_reach: what is asked; unknown: the name
    about: str = ""  # support: "other" when somebody else is in danger, "still" in the turns after the help lines
    levels: Levels = field(default_factory=Levels)
    diploma_levels: Levels = field(default_factory=Levels)
    diploma_types: tuple[str, ...] = ()
    diploma_duration: str = ""  # as sheets write it ("1 an")
    interests: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    avoided: tuple[str, ...] = ()  # interests that are refused
    proposed: tuple[str, ...] = ()  # explore: what was proposed already, when other ideas are asked for
    specific: bool = True  # words of its own beside the names and the needs: a precise question, not a general one
    focus: str = ""  # the message without the names of its subjects: what passages are chosen by
    diploma_limit: int = 0  # at most so many recommended formations; 0 for the usual number
    background: tuple[str, ...] = ()  # sheet IDs that the user already has or leaves behind
    within: tuple[str, ...] = ()  # the sheets nearest to the subject within the level asked, when it lies above it
    followed: bool = False  # the subject comes from the conversation
    named: bool = False  # the message surely names a sheet that is loaded
    out_of_reach: bool = False
    tu: bool = False
    english: bool = False

    @property
    def asked(self) -> str:
        """What is asked of a subject: the message without its names, where that leaves anything."""
        return self.focus or self.message
