"""What word processors, mail and web pages mean by their HTML, said with plain elements. Pure.

Word writes lists as paragraphs with marks; Google Docs writes bold words as styled spans within one great <b> that is
not bold, and nested lists beside the items that they belong to. Blocks are mended here in place, before they are
written as Markdown; words are only asked how they look: bs4 takes long to move many.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString, PageElement

BLOCKS = set(
    "address article aside blockquote caption center dd details dir div dl dt fieldset figcaption figure footer form h1"
    " h2 h3 h4 h5 h6 header hr li main nav ol p pre section summary table tbody td tfoot th thead tr ul".split()
)
NAMED = {"b": "b", "strong": "b", "i": "em", "em": "em", "s": "del", "strike": "del", "del": "del"}
BOLD = re.compile(r"font-weight:\s*(?:bold|bolder|[6-9]00)\b", re.IGNORECASE)
THIN = re.compile(r"font-weight:\s*(?:normal|[1-5]00)\b", re.IGNORECASE)
STYLES = (
    ("b", BOLD),
    ("em", re.compile(r"font-style:\s*(?:italic|oblique)", re.IGNORECASE)),
    ("del", re.compile(r"text-decoration(?:-line)?:[^;]*line-through", re.IGNORECASE)),
)
UPRIGHT = re.compile(r"font-style:\s*normal", re.IGNORECASE)
HEADING = re.compile(r"(?:Mso)?Heading ?([1-6])", re.IGNORECASE)
LEVEL = re.compile(r"mso-list:\s*\S+\s+level(\d)", re.IGNORECASE)
OUTLINE = re.compile(r"mso-outline-level:\s*([1-6])")
ORDERED = re.compile(r"\(?(?:(\d{1,9})|[a-zA-Z]|[ivxlcIVXLC]+)[.)]")
BULLET = re.compile(
    r"\s*(?:[·•◦▪▫§o‣⁃–\-\uf0b7\uf0a7\uf0d8]|\(?(?:\d{1,9}|[a-zA-Z]|[ivxlc]{1,7})[.)])[\s\xa0]+", re.IGNORECASE
)
LANGUAGE = re.compile(r"(?:language|lang|highlight-source|brush:?)[- ]([A-Za-z0-9+#._-]{1,30})")


def plain(soup: BeautifulSoup) -> BeautifulSoup:
    """The same words, said with plain elements."""
    _name_paragraphs(soup)
    _make_lists(soup)
    _mend_lists(soup)
    _mend_tables(soup)
    _number(soup)
    return soup


def language(pre: Tag) -> str:
    """The language of a block of code, as its page names it; empty without."""
    near = [pre, *pre.find_all("code", limit=1), *([pre.parent] if pre.parent else [])]
    found = (LANGUAGE.search(" ".join(_classes(tag))) for tag in near)
    return next((match[1] for match in found if match), "")


def width(cell: Tag) -> int:
    """How many columns a cell takes."""
    given = str(cell.get("colspan") or "")
    return min(int(given), 50) if given.isascii() and given.isdecimal() and given != "0" else 1


def _classes(tag: Tag) -> list[str]:
    return [str(name) for name in tag.get_attribute_list("class") if name]


def _style(tag: Tag) -> str:
    return str(tag.get("style") or "")


def _tags(soup: Tag, names: Iterable[str]) -> list[Tag]:
    return list(soup.find_all(list(names)))


# -- Word ---------------------------------------------------------------------------------------------------


def _name_paragraphs(soup: Tag) -> None:
    """Paragraphs that are titles and headings by their style."""
    for tag in _tags(soup, ("p", "div")):
        classes = _classes(tag)
        named = next((match for name in classes if (match := HEADING.fullmatch(name))), None)
        outline = OUTLINE.search(_style(tag))
        if "MsoTitle" in classes:
            tag.name = "h1"
        elif named or (outline and not LEVEL.search(_style(tag))):
            tag.name = f"h{named[1] if named else outline[1]}"  # type: ignore[index]


def _make_lists(soup: Tag) -> None:
    """Paragraphs that Word means as items become lists."""
    open_lists: list[tuple[int, Tag]] = []
    last: Tag | None = None
    for item in _tags(soup, ("p",)):
        level = _level(item)
        if not level:
            continue
        if last is None or _beside(item, -1) is not last:
            open_lists = []
        mark = _take_mark(item)
        while open_lists and open_lists[-1][0] > level:
            open_lists.pop()
        kind = "ol" if ORDERED.match(mark) else "ul"
        if not open_lists or open_lists[-1][0] < level or (len(open_lists) == 1 and open_lists[0][1].name != kind):
            last = _open(item, open_lists, kind, mark, level)
        item.name = "li"
        open_lists[-1][1].append(item.extract())
        last = open_lists[0][1]


def _open(item: Tag, open_lists: list[tuple[int, Tag]], kind: str, mark: str, level: int) -> Tag:
    """Begin a list at an item: within the last item of the one that is open, or in its place."""
    made = Tag(name=kind)
    number = ORDERED.match(mark)
    if number and number[1] and number[1] != "1":
        made["start"] = number[1]
    inside = open_lists[-1][1].contents[-1:] if open_lists and open_lists[-1][0] < level else []  # items, and no more
    if inside and isinstance(inside[0], Tag):
        inside[0].append(made)
    else:
        open_lists.clear()
        item.insert_before(made)
    open_lists.append((level, made))
    return made


def _level(item: Tag) -> int:
    found = LEVEL.search(_style(item))
    if found:
        return int(found[1])
    return 1 if any(name.startswith("MsoListParagraph") for name in _classes(item)) and _has_mark(item) else 0


def _has_mark(item: Tag) -> bool:
    return BULLET.match(item.get_text()) is not None


def _take_mark(item: Tag) -> str:
    """Take the mark of an item away, and say what it was."""
    for span in item.find_all("span"):
        if "ignore" in _style(span).lower():
            mark = span.get_text().strip()
            span.decompose()
            return mark
    found = BULLET.match(item.get_text())
    if found:
        _cut(item, len(found[0]))
    return found[0].strip() if found else ""


def _cut(item: Tag, count: int) -> None:
    """Take so many characters away at the beginning."""
    for text in list(item.find_all(string=True)):
        gone = min(count, len(text))
        text.replace_with(NavigableString(text[gone:]))
        count -= gone
        if not count:
            return


# -- words --------------------------------------------------------------------------------------------------


def marks(tag: Tag) -> list[str]:
    """How the words of an element look, by its name and style: `b`, `em`, `del`."""
    style, own = _style(tag), NAMED.get(tag.name)
    if not style:
        return [own] if own else []
    if (own == "b" and THIN.search(style)) or (own == "em" and UPRIGHT.search(style)):
        own = None
    return [mark for mark, rule in STYLES if mark == own or rule.search(style)]


@dataclass(frozen=True)
class Edge:
    """Where words stand: whether at the edge of a line, whether they are no part of a block, the elements between."""

    is_edge: bool
    is_whole: bool
    inside: list[Tag]


def edge(words: NavigableString, step: int) -> Edge:
    """What is before (-1) or after (1) words, up to the block that they belong to."""
    here: PageElement = words
    inside: list[Tag] = []
    while True:
        beside = _beside(here, step)
        if beside is not None:
            ends = isinstance(beside, Tag) and (beside.name in BLOCKS or beside.name in ("br", "input"))
            return Edge(ends, False, inside)
        parent = here.parent
        if parent is None or parent.name in BLOCKS or parent.name == "[document]":
            return Edge(True, parent is None or parent.name == "[document]", inside)
        inside.append(parent)
        here = parent


def _beside(here: PageElement, step: int) -> PageElement | None:
    """The next thing that shows, white space aside."""
    beside = here.previous_sibling if step < 0 else here.next_sibling
    while isinstance(beside, NavigableString) and not beside.strip():
        beside = beside.previous_sibling if step < 0 else beside.next_sibling
    return beside


# -- lists and tables ---------------------------------------------------------------------------------------


def _mend_lists(soup: Tag) -> None:
    """A list beside an item goes into it; an item that is one paragraph is its words."""
    for inner in _tags(soup, {"ul", "ol"}):
        before = _beside(inner, -1)
        if inner.parent is None or inner.parent.name not in ("ul", "ol"):
            continue
        if isinstance(before, Tag) and before.name == "li":
            before.append(inner.extract())
        else:
            inner.unwrap()
    for item in _tags(soup, {"li"}):
        blocks = [child for child in item.children if isinstance(child, Tag) and child.name in ("p", "div")]
        if len(blocks) == 1:
            blocks[0].unwrap()
            item.smooth()


def _mend_tables(soup: Tag) -> None:
    """Tables that only lay out a page are its blocks; the others know how wide they are."""
    for table in reversed(_tags(soup, {"table"})):
        rows = list(_rows(table))
        columns = max((sum(map(width, row)) for _, row in rows), default=0)
        if columns < 2 or table.find("table") is not None or table.find(["ul", "ol", "pre", "h1", "h2"]) is not None:
            for part in _tags(table, {"tr", "td", "th", "thead", "tbody", "tfoot", "caption"}):
                if part.find_parent("table") is table:
                    part.name = "div"
            table.name = "div"
            continue
        table["data-columns"] = str(columns)
        for row, cells in rows:
            row["data-missing"] = str(columns - sum(map(width, cells)))
        for caption in table.find_all("caption"):
            table.insert_before(caption.extract())


def _rows(table: Tag) -> Iterator[tuple[Tag, list[Tag]]]:
    for row in table.find_all("tr"):
        yield row, list(row.find_all(["td", "th"]))


def _number(soup: Tag) -> None:
    """Write the mark of each item."""
    for items in _tags(soup, {"ol"}):
        given = str(items.get("start") or "")
        start = int(given) if given.isascii() and given.isdecimal() and len(given) < 9 else 1
        for place, item in enumerate(items.find_all("li", recursive=False)):
            item["data-mark"] = f"{start + place}."
