"""Convert pasted rich text to Markdown as an author would write it. Pure: the same HTML gives the same Markdown.

`core.markdown.paste_cleanup` first turns the HTML of word processors into plain elements. This module writes them:
`**bold**`, `*italic*`, `-` before an item, one line a paragraph, one blank line between blocks, and a backslash only
where Markdown would read a character as a mark.
"""

import re

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString
from markdownify import MarkdownConverter

from blog.core.errors import Invalid
from blog.core.markdown import paste_cleanup, sanitize
from blog.core.markdown.paste_cleanup import BLOCK_TAGS

# More than any post has.
MOST_TAGS, LONGEST = 40_000, 2 * 2**20
# Each `&` takes the parser ten microseconds.
MOST_REFERENCES = 100_000
DEEP = "What was pasted is nested too deeply to become Markdown. Paste it as plain text."
MUCH = "What was pasted is too much to become Markdown at once. Paste it in several parts."
# A hard line break, written as a backslash at the end of a line by `_tidy`.
BREAK = "\ue008\n"
BREAKS = re.compile("(?: *\ue008\n *)+")
EDGES = re.compile("((?:\\s|\ue008)*)(.*?)((?:\\s|\ue008)*)", re.DOTALL)
SPACE = re.compile(r"[ \t\r\n\f\xa0]+")
FRAGMENT = re.compile(r"<!--\s*StartFragment\s*-->(.*?)(?:<!--\s*EndFragment\s*-->|\Z)", re.DOTALL)
# Characters that are marks anywhere in a line. An underscore within a word is none.
ANYWHERE = re.compile(
    r"""\\(?=[!-/:-@\[-`{-~]|$)|`|(?<!\s)\*|\*(?!\s)|(?<![^\W_])_+(?!\s|$)|(?<!\s)_+(?![^\W_])|~(?=~|$)|^~"""
    r"""|<(?=[a-zA-Z/!?])|&(?=\#?\w+;)|\[(?=\^|[^\[\]]*(?:\][(\[:]|$))|(?<=\^)\[""",
    re.MULTILINE,
)
# Characters that are marks at the beginning of a line.
FIRST = re.compile(r"(?:[-+*](?=\s|$)|\#{1,6}(?=\s|$)|>|:(?=\s|$)|(?=[:|\s]*-)[-:|\s]*$|=+\s*$)")
NUMBER = re.compile(r"(\d{1,9})([.)])(?=\s|$)")
# Until the end, marks are private-use characters that nobody types: so two marks side by side (** **) cannot be
# confused with one longer mark.
MARKS = {"b": ("\ue000", "\ue001", "**"), "em": ("\ue002", "\ue003", "*"), "del": ("\ue004", "\ue005", "~~")}
# Code blocks are placeholders until then, too: nothing in them is Markdown.
CODE = re.compile("^(.*)\ue006([0-9]+)\ue007", re.MULTILINE)
PRIVATE = re.compile("[\ue000-\ue008]")
ANCHORS = {"#", "¶", "§", "🔗"}
MEETING = re.compile("\ue001( *)\ue000|\ue003( *)\ue002|\ue005( *)\ue004")
OPENING, CLOSING = "[\ue000\ue002\ue004]", "[\ue001\ue003\ue005]"
# A closing mark between a comma and a letter is no mark for Markdown: the comma moves to its other side. Likewise for
# an opening mark. At most nine such characters move: a longer row would take quadratic time.
LEAVING = re.compile(
    rf"(?<![\\\s])((?:\\?(?![*~`\\\[\]()<>!])[^\w\s\ue000-\ue008]){{1,9}})({CLOSING}+)(?={OPENING}*[^\W_])"
)
ENTERING = re.compile(
    rf"(?:(?<=[^\W_])|(?<={CLOSING}))({OPENING}+)((?:\\?(?![*~`\\\[\]()<>!])[^\w\s\ue000-\ue008]){{1,9}})(?=\S)"
)
# Where that does not help, the mark is dropped and its text stays.
INNER = "[^\ue000-\ue008]"
HOPELESS = (
    re.compile(rf"(?:(?<=[^\W_])|(?<={CLOSING})){OPENING}((?:[^\w\s\ue000-\ue008]|_){INNER}*){CLOSING}"),
    re.compile(rf"{OPENING}({INNER}*(?:[^\w\s\ue000-\ue008]|_)){CLOSING}(?={OPENING}*[^\W_])"),
)
EMPTY = re.compile("\ue000(\\s*)\ue001|\ue002(\\s*)\ue003|\ue004(\\s*)\ue005")


def html_to_markdown(html: str) -> str:
    """Return pasted HTML as Markdown; one line stays a line. Raises Invalid if it is too long or nests too deeply."""
    fragment = FRAGMENT.search(html)
    html = PRIVATE.sub("", fragment[1] if fragment else html)
    if sanitize.too_deep(html):
        raise Invalid("html", DEEP)
    if html.count("&") > MOST_REFERENCES:
        raise Invalid("html", MUCH)
    html = sanitize.clean_pasted(html)
    if len(html) > LONGEST or html.count("<") > MOST_TAGS:
        raise Invalid("html", MUCH)
    try:
        converter = _Converter()
        text = converter.convert_soup(paste_cleanup.simplify(BeautifulSoup(html, "html.parser")))
    except RecursionError as error:
        raise Invalid("html", DEEP) from error
    return _insert_code(_tidy(text), converter.code)


def _insert_code(text: str, code: list[str]) -> str:
    """Replace the placeholders by code blocks, indented and quoted like the text around them."""

    def code_block(match: re.Match[str]) -> str:
        indent = re.sub("[^\\s>]", " ", match[1])
        return match[1] + code[int(match[2])].replace("\n", "\n" + indent)

    return CODE.sub(code_block, text)


def _tidy(text: str) -> str:
    """Write the marks of Markdown, one blank line between blocks, none at the ends."""
    text = re.sub(r"\n[ \t]*(?:\n[ \t]*)+\n", "\n\n", text)
    for pattern in (EMPTY, MEETING):
        text = pattern.sub(_groups, text)
    text = EMPTY.sub(_groups, ENTERING.sub(_move_before_mark, LEAVING.sub(r"\2\1", text)))
    for pattern in HOPELESS:
        text = pattern.sub(_groups, text)
    for opening, closing, mark in MARKS.values():
        text = text.replace(opening, mark).replace(closing, mark)
    return text.replace("\ue008", "\\").strip("\n")


def _move_before_mark(match: re.Match[str]) -> str:
    """Put punctuation before its mark; after a number at the start of a line, escaped, or it would make a list item."""
    line = match.string[match.string.rfind("\n", 0, match.start()) + 1 : match.start()]
    escape = "\\" if match[2][0] in ".)" and line.strip(" >-").isdecimal() else ""
    return f"{escape}{match[2]}{match[1]}"


def _groups(match: re.Match[str]) -> str:
    """Return the groups of a match, without what is between them."""
    return "".join(filter(None, match.groups()))


class _Converter(MarkdownConverter):
    """Writes Markdown in the style of the editor's toolbar."""

    class Options:
        heading_style = "atx"
        sub_symbol = "<sub>"
        sup_symbol = "<sup>"

    def __init__(self) -> None:
        super().__init__()
        self.code: list[str] = []

    # -- text ------------------------------------------------------------------------------------------------

    def process_text(self, el: NavigableString, parent_tags: set[str] | None = None) -> str:
        """Collapse white space, and escape only characters that need it."""
        inside = parent_tags or set()
        if "pre" in inside:
            return str(el)
        text = SPACE.sub(" ", el)
        if text[:1] == " " and (_at_line_edge(el, -1) or _after_space(el)):
            text = text[1:]
        if text[-1:] == " " and _at_line_edge(el, 1):
            text = text[:-1]
        return text if "_noformat" in inside else _escape(text, el)

    # -- inline elements -------------------------------------------------------------------------------------

    def convert_span(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Mark text that is bold, italic or struck out, by element or by style."""
        if "_noformat" in parent_tags or "\n\n" in text:
            return text  # blocks: the elements inside them are marked themselves
        for mark in paste_cleanup.marks(el):
            text = _add_mark(text, mark)
        return text

    convert_b = convert_strong = convert_i = convert_em = convert_s = convert_strike = convert_del = convert_span
    convert_u = convert_font = convert_ins = convert_span

    def convert_a(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Write a link; only its text if it has no address or contains blocks."""
        address, content = str(el.get("href") or ""), self.convert_span(el, text, parent_tags)
        before, label, after = _edges(content)
        if not address and label in ANCHORS:
            return ""
        if not address or not label or "_noformat" in parent_tags or "a" in parent_tags or "\n\n" in text:
            return content
        if el.get_text() == address and re.fullmatch(r"[^\s<>]+", address):
            return f"{before}<{address}>{after}"
        return f"{before}[{_single_breaks(label)}]({_link_target(address)}){after}"

    def convert_code(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return _code_span(" ".join(text.split())) if "_noformat" not in parent_tags and "\n\n" not in text else text

    convert_kbd = convert_samp = convert_tt = convert_code

    def convert_img(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Write a picture; only its alt text without an address; nothing for a tracking pixel."""
        if str(el.get("width")) in ("0", "1"):
            return ""
        alt = re.sub(r"[\[\]\\]", r"\\\g<0>", " ".join(str(el.get("alt") or "").split()))
        address = str(el.get("src") or "")
        return f"![{alt}]({_link_target(address)})" if address else alt

    def convert_input(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Write the checkbox of a task list."""
        box = el.get("type") == "checkbox" and "li" in parent_tags
        return ("[x] " if el.has_attr("checked") else "[ ] ") if box else ""

    def convert_br(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        if "pre" in parent_tags:
            return "\n"
        return " " if "_inline" in parent_tags else BREAK

    # -- blocks ----------------------------------------------------------------------------------------------

    def convert_p(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Write a paragraph; two line breaks in a row make two paragraphs."""
        if "_inline" in parent_tags:
            return f" {text.strip()} "
        text = _paragraphs(self.convert_span(el, text, parent_tags))
        return f"\n\n{text}\n\n" if text.strip() else ""

    convert_div = convert_article = convert_section = convert_figure = convert_figcaption = convert_caption = convert_p
    convert_address = convert_aside = convert_center = convert_details = convert_footer = convert_form = convert_p
    convert_header = convert_main = convert_nav = convert_summary = convert_fieldset = convert_p

    def convert_hN(self, n: int, el: Tag, text: str, parent_tags: set[str]) -> str:  # noqa: N802 (the package's name)
        """Write a heading, without bold marks: headings are bold."""
        text = re.sub("[\ue000\ue001]", "", " ".join(text.split()))
        return f"\n\n{'#' * n} {text}\n\n" if text and "_inline" not in parent_tags else text

    def convert__document_(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return _paragraphs(text)

    def convert_pre(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Write a code block with fences longer than any in the code."""
        code = re.sub(r"\A[ \t]*\n", "", text.replace("\xa0", " ")).rstrip()
        longest = max((len(run) for run in re.findall(r"^[ \t]*(`{3,})", code, re.MULTILINE)), default=2)
        fence = "`" * (longest + 1)
        self.code.append(f"{fence}{paste_cleanup.language(el)}\n{code}\n{fence}")
        return f"\n\n\ue006{len(self.code) - 1}\ue007\n\n" if code else ""

    def convert_blockquote(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        text = _paragraphs(self.convert_span(el, text, parent_tags)).strip()
        quoted = re.sub("^(?=.)", "> ", text, flags=re.MULTILINE).replace("\n\n", "\n>\n")
        return f"\n\n{quoted}\n\n" if text and "_inline" not in parent_tags else text

    def convert_li(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Write a list item. `paste_cleanup` has set its number: to count here would take quadratic time."""
        text = _paragraphs(self.convert_span(el, text, parent_tags))
        mark = str(el.get("data-mark") or "-") + " "
        return mark + re.sub(r"\n(?=[^\n])", "\n" + " " * len(mark), text) + "\n" if text.strip() else ""

    def convert_list(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Write a list; a nested list follows its item without a blank line."""
        text = text.strip("\n")
        return f"\n{text}\n" if "li" in parent_tags else f"\n\n{text}\n\n"

    convert_ul = convert_ol = convert_dir = convert_list

    def convert_td(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Write a table cell on one line, with its bars escaped."""
        content = re.sub(r"(?<!\\)\|", r"\\|", " ".join(text.replace(BREAK, " ").split()))
        return f" {content} |" + " |" * (paste_cleanup.colspan(el) - 1)

    def convert_th(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Write a header cell, without bold marks: headers are bold."""
        return self.convert_td(el, re.sub("[\ue000\ue001]", "", text), parent_tags)

    def convert_tr(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        return f"|{text}" + " |" * int(str(el.get("data-missing") or 0)) + "\n"

    def convert_table(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Write a table. Its first row becomes the header, since Markdown has no table without one."""
        head, _, rows = text.strip().partition("\n")
        ruler = "|" + " --- |" * int(str(el.get("data-columns") or 1))
        return f"\n\n{head}\n{ruler}\n{rows}".rstrip() + "\n\n"


# -- escapes and edges --------------------------------------------------------------------------------------


def _escape(text: str, el: NavigableString) -> str:
    """Return the text with a backslash before characters that Markdown would read as marks."""
    rest = ANYWHERE.sub(lambda match: "".join(f"\\{char}" for char in match[0]), text)
    if rest.endswith("!") and _before_link(el):
        rest = rest[:-1] + "\\!"
    if not _begins_line(el):
        return rest
    number = NUMBER.match(text)
    if number:
        return f"{number[1]}\\{rest[len(number[1]) :]}"
    return f"\\{rest}" if FIRST.match(text) and not rest.startswith("\\") else rest


def _before_link(el: NavigableString) -> bool:
    """Return whether a link comes next: an exclamation mark before it would make it a picture."""
    node = el.next_element
    while isinstance(node, Tag) and node.name not in ("a", "img"):
        node = node.contents[0] if node.contents else None
    return isinstance(node, Tag)


def _begins_line(el: NavigableString) -> bool:
    """Return whether a text is the first in its line, without a mark before it."""
    edge = paste_cleanup.edge(el, -1)
    linked = any(parent.name in ("a", "code") for parent in edge.inside)
    # A mark after punctuation may be dropped later: then the text would be first.
    marked = any(paste_cleanup.marks(parent) for parent in edge.inside) and el[-1:].isalnum()
    return edge.is_edge and not linked and not marked


def _at_line_edge(el: NavigableString, step: int) -> bool:
    """Return whether a space would be invisible, as the first (-1) or the last (1) character of a line."""
    edge = paste_cleanup.edge(el, step)
    return edge.is_edge and not edge.outside_blocks


def _after_space(el: NavigableString) -> bool:
    node = el.previous_element
    while isinstance(node, Tag) and node.name not in BLOCK_TAGS and node.name not in ("br", "img"):
        node = node.previous_element
    return isinstance(node, NavigableString) and node[-1:].isspace()


def _code_span(code: str) -> str:
    """Return inline code between backticks; as many as needed to differ from those in the code."""
    if not code:
        return ""
    runs = {len(run) for run in re.findall("`+", code)}
    mark = "`" * next(size for size in range(1, len(runs) + 2) if size not in runs)
    space = " " if code[0] == "`" or code[-1] == "`" else ""
    return f"{mark}{space}{code}{space}{mark}"


def _edges(text: str) -> tuple[str, str, str]:
    """Split a text into leading white space and line breaks, content, and trailing ones."""
    match = EDGES.fullmatch(text)
    return (match[1], match[2], match[3]) if match else ("", text, "")


def _add_mark(text: str, mark: str) -> str:
    """Put marks around a text, inside its leading and trailing white space."""
    opening, closing, _ = MARKS[mark]
    before, content, after = _edges(text)
    content = re.sub(f"[{opening}{closing}]", "", _single_breaks(content))
    return f"{before}{opening}{content}{closing}{after}" if content else before + after


def _single_breaks(text: str) -> str:
    """Replace empty lines by one line break: marks cannot go across an empty line."""
    return BREAKS.sub(lambda _: BREAK, text)


def _paragraphs(text: str) -> str:
    """Turn several line breaks in a row into a paragraph end, and remove those at the ends."""
    if BREAK not in text:
        return text.strip("\n")
    text = BREAKS.sub(lambda match: BREAK if match[0].count("\n") == 1 else "\n\n", text)
    return re.sub(r"(?:\ue008\n)+(?=\n|\Z)|(?<=\n\n)(?:\ue008\n)+|\A(?:\ue008\n)+", "", text).strip("\n")


def _link_target(address: str) -> str:
    """Return a URL escaped for use in parentheses."""
    for char in ' <>()\\"':
        address = address.replace(char, f"%{ord(char):02X}")
    return re.sub(r"\s", "", address)
