"""Turn the HTML of word processors, mail and web pages into plain elements. Pure.

Word writes lists as paragraphs with marks. Google Docs writes bold text as styled spans within one large <b> that is
not bold, and nested lists beside their items instead of inside. Blocks are changed here in place, before they are
written as Markdown; the style of text is only read (`marks`): bs4 is slow to move many elements.
"""

import re
from dataclasses import dataclass

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString, PageElement

BLOCK_TAGS = set(
    "address article aside blockquote caption center dd details dir div dl dt fieldset figcaption figure footer form h1"
    " h2 h3 h4 h5 h6 header hr li main nav ol p pre section summary table tbody td tfoot th thead tr ul".split()
)
MARK_OF_TAG = {"b": "b", "strong": "b", "i": "em", "em": "em", "s": "del", "strike": "del", "del": "del"}
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


def simplify(soup: BeautifulSoup) -> BeautifulSoup:
    """Change word processors' blocks into plain elements, in place; return the soup."""
    _name_paragraphs(soup)
    _make_lists(soup)
    _nest_lists(soup)
    _fix_tables(soup)
    _number_items(soup)
    return soup


def language(pre: Tag) -> str:
    """Return the language of a code block by its class or its neighbours'; empty if unknown."""
    tags = [pre, *pre.find_all("code", limit=1), *([pre.parent] if pre.parent else [])]
    matches = (LANGUAGE.search(" ".join(_classes(tag))) for tag in tags)
    return next((match[1] for match in matches if match), "")


def colspan(cell: Tag) -> int:
    """Return the number of columns of a cell, at most 50."""
    value = str(cell.get("colspan") or "")
    return min(int(value), 50) if value.isascii() and value.isdecimal() and value != "0" else 1


def _classes(tag: Tag) -> list[str]:
    return [str(name) for name in tag.get_attribute_list("class") if name]


def _style(tag: Tag) -> str:
    return str(tag.get("style") or "")


# -- Word ---------------------------------------------------------------------------------------------------


def _name_paragraphs(soup: Tag) -> None:
    """Turn paragraphs with the style of a title or heading into headings."""
    for tag in soup.find_all(["p", "div"]):
        classes = _classes(tag)
        heading = next((match for name in classes if (match := HEADING.fullmatch(name))), None)
        outline = OUTLINE.search(_style(tag))
        if "MsoTitle" in classes:
            tag.name = "h1"
        elif heading or (outline and not LEVEL.search(_style(tag))):
            tag.name = f"h{heading[1] if heading else outline[1]}"  # type: ignore[index]


def _make_lists(soup: Tag) -> None:
    """Turn Word's list paragraphs into lists."""
    open_lists: list[tuple[int, Tag]] = []
    last_list: Tag | None = None
    for item in soup.find_all("p"):
        level = _level(item)
        if not level:
            continue
        if last_list is None or _neighbour(item, -1) is not last_list:
            open_lists = []
        mark = _take_mark(item)
        while open_lists and open_lists[-1][0] > level:
            open_lists.pop()
        list_tag = "ol" if ORDERED.match(mark) else "ul"
        if not open_lists or open_lists[-1][0] < level or (len(open_lists) == 1 and open_lists[0][1].name != list_tag):
            _open_list(item, open_lists, list_tag, mark, level)
        item.name = "li"
        open_lists[-1][1].append(item.extract())
        last_list = open_lists[0][1]


def _open_list(item: Tag, open_lists: list[tuple[int, Tag]], list_tag: str, mark: str, level: int) -> None:
    """Begin a list before an item: inside the last item of the open list, or at the item's place."""
    new_list = Tag(name=list_tag)
    number = ORDERED.match(mark)
    if number and number[1] and number[1] != "1":
        new_list["start"] = number[1]
    items = open_lists[-1][1].contents if open_lists and open_lists[-1][0] < level else []
    if items and isinstance(items[-1], Tag):
        items[-1].append(new_list)
    else:
        open_lists.clear()
        item.insert_before(new_list)
    open_lists.append((level, new_list))


def _level(item: Tag) -> int:
    """Return the list level of a Word paragraph; 0 if it is no list item."""
    level = LEVEL.search(_style(item))
    if level:
        return int(level[1])
    is_list = any(name.startswith("MsoListParagraph") for name in _classes(item))
    return 1 if is_list and BULLET.match(item.get_text()) else 0


def _take_mark(item: Tag) -> str:
    """Remove the mark of an item and return it."""
    for span in item.find_all("span"):
        if "ignore" in _style(span).lower():
            mark = span.get_text().strip()
            span.decompose()
            return mark
    bullet = BULLET.match(item.get_text())
    if bullet:
        _remove_start(item, len(bullet[0]))
    return bullet[0].strip() if bullet else ""


def _remove_start(item: Tag, count: int) -> None:
    for text in list(item.find_all(string=True)):
        length = min(count, len(text))
        text.replace_with(NavigableString(text[length:]))
        count -= length
        if not count:
            return


# -- text ---------------------------------------------------------------------------------------------------


def marks(tag: Tag) -> list[str]:
    """Return the marks of an element's text, by its name and style: `b`, `em`, `del`."""
    style, tag_mark = _style(tag), MARK_OF_TAG.get(tag.name)
    if not style:
        return [tag_mark] if tag_mark else []
    if (tag_mark == "b" and THIN.search(style)) or (tag_mark == "em" and UPRIGHT.search(style)):
        tag_mark = None
    return [mark for mark, pattern in STYLES if mark == tag_mark or pattern.search(style)]


@dataclass(frozen=True)
class Edge:
    """What is beside a text. `is_edge`: a line ends there; `outside_blocks`: no block contains the text; `inside`: the
    inline elements in between."""

    is_edge: bool
    outside_blocks: bool
    inside: list[Tag]


def edge(text: NavigableString, step: int) -> Edge:
    """Look before (-1) or after (1) a text, up to the end of its block."""
    node: PageElement = text
    inside: list[Tag] = []
    while True:
        neighbour = _neighbour(node, step)
        if neighbour is not None:
            ends = isinstance(neighbour, Tag) and (neighbour.name in BLOCK_TAGS or neighbour.name in ("br", "input"))
            return Edge(ends, False, inside)
        parent = node.parent
        if parent is None or parent.name in BLOCK_TAGS or parent.name == "[document]":
            return Edge(True, parent is None or parent.name == "[document]", inside)
        inside.append(parent)
        node = parent


def _neighbour(node: PageElement, step: int) -> PageElement | None:
    """Return the previous (-1) or next (1) sibling, without white space."""
    sibling = node.previous_sibling if step < 0 else node.next_sibling
    while isinstance(sibling, NavigableString) and not sibling.strip():
        sibling = sibling.previous_sibling if step < 0 else sibling.next_sibling
    return sibling


# -- lists and tables ---------------------------------------------------------------------------------------


def _nest_lists(soup: Tag) -> None:
    """Move a list beside an item into it; unwrap the paragraph of items that have only one."""
    for inner in soup.find_all(["ul", "ol"]):
        before = _neighbour(inner, -1)
        if inner.parent is None or inner.parent.name not in ("ul", "ol"):
            continue
        if isinstance(before, Tag) and before.name == "li":
            before.append(inner.extract())
        else:
            inner.unwrap()
    for item in soup.find_all("li"):
        blocks = [child for child in item.children if isinstance(child, Tag) and child.name in ("p", "div")]
        if len(blocks) == 1:
            blocks[0].unwrap()
            item.smooth()


def _fix_tables(soup: Tag) -> None:
    """Turn layout tables into blocks; store the number of columns in all other tables."""
    for table in reversed(soup.find_all("table")):
        rows = [(row, list(row.find_all(["td", "th"]))) for row in table.find_all("tr")]
        columns = max((sum(map(colspan, row)) for _, row in rows), default=0)
        if columns < 2 or table.find("table") is not None or table.find(["ul", "ol", "pre", "h1", "h2"]) is not None:
            for part in table.find_all(["tr", "td", "th", "thead", "tbody", "tfoot", "caption"]):
                if part.find_parent("table") is table:
                    part.name = "div"
            table.name = "div"
            continue
        table["data-columns"] = str(columns)
        for row, cells in rows:
            row["data-missing"] = str(columns - sum(map(colspan, cells)))
        for caption in table.find_all("caption"):
            table.insert_before(caption.extract())


def _number_items(soup: Tag) -> None:
    for items in soup.find_all("ol"):
        value = str(items.get("start") or "")
        start = int(value) if value.isascii() and value.isdecimal() and len(value) < 9 else 1
        for number, item in enumerate(items.find_all("li", recursive=False), start):
            item["data-mark"] = f"{number}."
