"""A report as a test reads it: its elements, its texts and its tables, as a browser without JavaScript would."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

# They have no end.
VOID = {"meta", "img", "input", "br", "link", "hr"}


@dataclass
class Element:
    tag: str
    attributes: dict[str, str]
    text: str = ""
    within: list["Element"] = field(default_factory=list)

    def all(self, tag: str) -> list["Element"]:
        found = [each for each in self.within if each.tag == tag]
        return found + [deep for each in self.within for deep in each.all(tag)]

    def words(self) -> str:
        return " ".join(self.text.split())


class Page(HTMLParser):
    """The page, parsed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.root = Element("", {})
        self._open = [self.root]
        self.elements: list[Element] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, Any]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.elements.append(element)
        self._open[-1].within.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop().tag == tag

    def handle_data(self, data: str) -> None:
        for element in self._open:
            if element.tag != "script" or element is self._open[-1]:
                element.text += data

    def all(self, tag: str) -> list[Element]:
        return [element for element in self.elements if element.tag == tag]

    def main(self) -> str:
        return self.all("main")[0].words()

    def headings(self) -> list[str]:
        return [element.text for element in self.all("h2")]

    def table(self, name: str) -> list[list[str]]:
        """Return the cells of the table's body, row by row."""
        table = next(element for element in self.all("table") if element.attributes.get("id") == name)
        return [[cell.words() for cell in row.within] for row in table.all("tbody")[0].all("tr")]

    def card(self, title: str) -> str:
        found = [element for element in self.all("li") if element.all("h3") and element.all("h3")[0].text == title]
        return found[0].words()
