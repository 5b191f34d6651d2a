"""A text in; the same without e-mail addresses and phone numbers out."""

import re

MAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,64}(?:\.[\w-]{1,64}){1,5}")
PHONE = re.compile(r"(?<!\d)(?:\+|00)?\d(?:[ .\-/()]{0,2}\d){7,14}(?!\d)")


def mask(text: str) -> str:
    """Mask e-mail addresses and phone numbers."""
    return PHONE.sub("[numéro]", MAIL.sub("[adresse]", text))
