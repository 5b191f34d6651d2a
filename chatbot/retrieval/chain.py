"""The retriever as LangChain knows one: a question in, `Document`s with their sheet out."""

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from chatbot.citations import public_url
from chatbot.retrieval.retriever import Retriever


class SheetRetriever(BaseRetriever):
    """Gives the best passages of the best sheets; metadata: sheet_id, title, heading, url, score."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    retriever: Retriever
    sheets: int = 5
    passages: int = 6

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        ranked = self.retriever.rank(query, limit=self.sheets)
        hits = self.retriever.passages(query, [hit.sheet_id for hit in ranked], limit=self.passages)
        return [
            Document(
                page_content=hit.chunk.text,
                id=hit.chunk.chunk_id,
                metadata={
                    "sheet_id": hit.chunk.sheet_id,
                    "title": hit.chunk.breadcrumb.partition(" › ")[0],
                    "heading": hit.chunk.heading,
                    "url": public_url(hit.chunk.sheet_id, hit.chunk.kind),
                    "score": hit.score,
                },
            )
            for hit in hits
        ]
