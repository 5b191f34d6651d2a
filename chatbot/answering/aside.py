"""Answers that come from no sheet: help lines, a return to the subject, greetings, who is speaking."""

from chatbot.answering.model import Answer
from chatbot.question import Question

EMERGENCY = "En danger immédiat : le **15**, le **17** ou le **112**."
SUPPORT = {
    "suicide": (
        "Ce que {tu} {ressens} compte, et {tu} {n_es} {seul} avec ça. {Tu} {peux} appeler le **3114** maintenant, jour et nuit, "
        "c'est gratuit et on {t}écoute. En danger immédiat : le **15** ou le **112**. Si {tu} {peux}, {parle} aussi à un adulte "
        "de confiance, à un proche ou à l'infirmerie de {ton} établissement. Je reste là pour la suite, quand {tu} {voudras}."
    ),
    "violence": (
        "Ce qui {t}arrive n'est pas normal, et ce n'est pas {ta} faute. Le **119** (enfance en danger) répond jour et nuit, gratuitement, "
        f"et l'appel n'apparaît pas sur la facture. {EMERGENCY} {{Tu}} {{peux}} aussi en parler à un adulte de confiance, à l'infirmerie "
        "ou à l'assistante sociale de {ton} établissement. Je reste là pour la suite, quand {tu} {voudras}."
    ),
    "couple": (
        "Personne n'a le droit de {te} faire du mal. Le **3919** écoute et conseille les femmes victimes de violences, jour et nuit, "
        f"gratuitement et anonymement. {EMERGENCY} {{Tu}} {{peux}} aussi en parler à une personne de confiance. "
        "Je reste là pour la suite, quand {tu} {voudras}."
    ),
    "bullying": (
        "Le harcèlement est interdit, et ce n'est pas {ta} faute. Le **3018** écoute et aide contre le harcèlement et le cyberharcèlement, "
        "tous les jours, gratuitement. Si {tu} {vas} très mal : le **3114**, jour et nuit. En danger immédiat : le **17** ou le **112**. "
        "{Parle} aussi à un adulte de confiance ou à l'infirmerie de {ton} établissement. Je reste là pour la suite, quand {tu} {voudras}."
    ),
}
TU = {
    "tu": "tu", "Tu": "Tu", "ressens": "ressens", "n_es": "n'as pas à rester", "seul": "seul ou seule", "peux": "peux", "t": "t'", "parle": "parles-en",
    "Parle": "Parles-en", "ton": "ton", "ta": "ta", "te": "te", "voudras": "voudras", "vas": "vas",
}  # fmt: skip
VOUS = {
    "tu": "vous", "Tu": "Vous", "ressens": "ressentez", "n_es": "n'avez pas à rester", "seul": "seul ou seule", "peux": "pouvez", "t": "vous ", "parle": "parlez-en",
    "Parle": "Parlez-en", "ton": "votre", "ta": "votre", "te": "vous", "voudras": "voudrez", "vas": "allez",
}  # fmt: skip
ASIDES = {
    "off_topic": (
        "Je m'occupe d'orientation : métiers, études, diplômes. Pour le reste, je ne suis pas le bon outil. {Dis} ce que {tu} {aimes} faire, "
        "ou le nom d'un métier, et je cherche dans les fiches."
    ),
    "injection": "Je m'occupe d'orientation : métiers, études, diplômes, d'après les fiches de l'Onisep. Je garde ce rôle, mais pose{z} une question sur un métier ou une formation et je cherche.",
    "insult": "Je préfère qu'on reste corrects. Je suis là pour l'orientation : quel métier ou quelle formation {t}intéresse ?",
    "greeting": (
        "Bonjour ! Je réponds aux questions sur les métiers et les formations, d'après les fiches de l'Onisep. "
        "Quel métier ou quelle formation {t}intéresse ? {Tu} {peux} aussi dire ce que {tu} {aimes} faire."
    ),
    "thanks": "Avec plaisir. Si {tu} {veux}, on continue : un autre métier, une formation, une comparaison ?",
    "identity": (
        "Je suis un assistant automatique, pas une personne. Je réponds aux questions d'orientation à partir des fiches métiers et formations "
        "de l'Onisep, en citant chaque fiche. Pour un choix important, {parle} à une psychologue de l'Éducation nationale ou à un CIO."
    ),
    "discouragement": (
        "Un refus ou une mauvaise passe, ça pèse, mais ça ne dit pas ce que {tu} {vaux}. Il existe presque toujours un autre chemin : "
        "apprentissage, passerelle, autre diplôme du même domaine. {Dis} ce qui {te} plaisait, ou ce que {tu} {aimes} faire, et on cherche des pistes "
        "ensemble. Une psychologue de l'Éducation nationale (au CIO) peut aussi {t}aider."
    ),
    "nothing": "Je n'ai pas compris la demande. {Dis} un métier, une formation, ou ce que {tu} {aimes} faire, et je cherche dans les fiches.",
}
EXTRA_TU = {"Dis": "Dis-moi", "aimes": "aimes", "z": "", "veux": "veux", "vaux": "vaux"}
EXTRA_VOUS = {"Dis": "Dites-moi", "aimes": "aimez", "z": "z", "veux": "voulez", "vaux": "valez"}
STATUS = {
    "off_topic": "off_topic",
    "injection": "off_topic",
    "insult": "off_topic",
    "nothing": "clarify",
    "discouragement": "answered",
    "greeting": "answered",
    "thanks": "answered",
    "identity": "answered",
}
STARTERS = (
    "J'aime les animaux, quels métiers sans longues études ?",
    "Quel diplôme pour devenir infirmier ?",
    "Que faire après un bac pro commerce ?",
    "Différence entre BTS MCO et BTS comptabilité et gestion ?",
)


def support_answer(question: Question) -> Answer:
    """Help lines first, warm and short, no career talk."""
    return Answer(
        SUPPORT[question.topic].format_map(
            TU if question.tu or (question.topic == "suicide" and not _adult(question)) else VOUS
        ),
        "support",
    )


def aside_answer(question: Question) -> Answer:
    """A courteous return to orientation."""
    words = {**TU, **EXTRA_TU} if question.tu else {**VOUS, **EXTRA_VOUS}
    text = ASIDES[question.intent].format_map(words)
    return Answer(text, STATUS[question.intent], suggestions=STARTERS)


def _adult(question: Question) -> bool:
    return any(
        word in question.message.lower() for word in ("mon mari", "ma femme", "mes enfants", "mon entreprise", "vous")
    )
