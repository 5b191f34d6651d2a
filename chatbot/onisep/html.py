"""The HTML inside an export comes in; lines of the Markdown that sheets are written in go out."""

import html
import re
from html.parser import HTMLParser

HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
BLOCKS = HEADINGS | {
    "address", "article", "blockquote", "br", "dd", "div", "dl", "dt", "hr", "li", "ol", "p", "pre", "section", "table",
    "tr", "ul",
}  # fmt: skip
UNSEEN = {"script", "style", "head", "title", "template", "iframe", "object"}
DECLARATION = re.compile(r"<[!?][^<>]*>")
STRAY = re.compile(r"<(?!/?[a-zA-Z][^<>]*>)")  # opens no tag that ends before the next one
HEADING_SIGN, BULLET_SIGN = "### ", "- "


def read_html(text: str) -> list[str]:
    """Give the lines of an HTML text: headings start with '### ', list items with '- '; plain text is one too."""
    reader = _Reader()
    reader.feed(_leave_tags(text))
    reader.close()
    reader.end_line()
    return reader.lines


def _leave_tags(text: str) -> str:
    """Leave only whole tags: the standard parser takes a minute for 50,000 characters of "<a <a", and fails at "<![<".

    An unclosed comment goes up to the next one.
    """
    first, *others = text.split("<!--")
    text = first + "".join(other.partition("-->")[2] for other in others)
    return STRAY.sub("&lt;", DECLARATION.sub("", text))


def plain_line(text: str) -> str:
    """Give a text as one line that Markdown reads as text: no heading, no bold label, no rule, single spaces."""
    if "&" in text:
        text = html.unescape(text)  # some texts are escaped twice: "&amp;nbsp;"
    text = " ".join(text.replace("**", "").split())
    return re.sub(r"^(?:#+\s*)+|^-{3,}$", "", text)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = []
        self._words: list[str] = []
        self._sign = ""
        self._unseen: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in UNSEEN:
            self._unseen.append(tag)
        elif tag in BLOCKS:
            self.end_line()
            if tag in HEADINGS or tag == "li":
                self._sign = BULLET_SIGN if tag == "li" else HEADING_SIGN
        elif tag in ("td", "th"):
            self._words.append(" ")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in BLOCKS:
            self.end_line()

    def handle_endtag(self, tag: str) -> None:
        if self._unseen:
            if tag == self._unseen[-1]:
                self._unseen.pop()
        elif tag in BLOCKS:
            self.end_line()
            if tag in HEADINGS or tag == "li":
                self._sign = ""

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self._words.append(data)

    def end_line(self) -> None:
        """End the line that is being read; the sign waits for words: "<li><p>un</p></li>" is one item."""
        line = plain_line("".join(self._words))
        self._words.clear()
        if line:
            self.lines.append(f"{self._sign}{line}")
            if self._sign == BULLET_SIGN:
                self._sign = ""
