"""A model's sentences and the numbered facts in; what stands in the cited facts out, the rest named and dropped."""

from chatbot.verification.claims import Claims, find_claims
from chatbot.verification.verify import Fact, Verdict, Verifier

__all__ = ["Claims", "Fact", "Verdict", "Verifier", "find_claims"]
