"""What can be wrong with an index; each message is one sentence and what to run."""

REMEDY = "Run: python -m chatbot index"


class IndexProblem(Exception):
    """An index that can't be built or opened."""


class IndexMissing(IndexProblem):
    """There is no index in the folder."""


class IndexMismatch(IndexProblem):
    """The index was built with other settings or by another version of the program."""


class IndexCorrupted(IndexProblem):
    """The index is damaged."""


class IndexBusy(IndexProblem):
    """Another process is indexing into the same folder."""


class ServerAway(IndexProblem):
    """The Chroma server that the settings name does not answer."""
