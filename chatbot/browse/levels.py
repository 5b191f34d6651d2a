"""The ladder of levels, from the 3e to bac + 9, and the rung of a sheet."""

from chatbot.answering.wording import rank_of
from chatbot.browse.model import Rung
from chatbot.sheets import FORMATION, Sheet

START = Rung("3e", "3e, brevet ou sans diplôme", -4.0)
YEAR_GROUP = Rung("lycee", "2de ou 1re", -2.5)  # exit level of preparatory years: a class, no diploma
UNSAID = Rung("autre", "Niveau non précisé", None)
CAP, BAC = Rung("cap", "CAP ou équivalent", -2.0), Rung("bac", "bac ou équivalent", 0.0)
RUNGS = (
    START,
    YEAR_GROUP,
    CAP,
    Rung("cap+1", "CAP ou équivalent + 1 an", -1.0),
    BAC,
    *(Rung(f"bac+{years}", f"bac + {years}", float(years)) for years in range(1, 9)),
    Rung("bac+9", "bac + 9 et plus", 9.0),
    UNSAID,
)
BY_RANK = {rung.rank: rung for rung in RUNGS}
# The rungs that a ladder shows even when nothing stands on them.
BACKBONE = {START.key, CAP.key, BAC.key, "bac+2", "bac+3", "bac+5"}


def rung_of(sheet: Sheet) -> Rung:
    """Give the rung of a sheet: the minimum level of a métier, the exit level of a formation."""
    if sheet.kind == FORMATION and sheet.niveau and sheet.niveau.text.lower() in ("seconde", "1re"):
        return YEAR_GROUP
    rank = rank_of(sheet)
    if rank is None:
        return UNSAID
    return START if rank <= -3.0 else BY_RANK.get(min(rank, 9.0), UNSAID)
