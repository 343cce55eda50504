"""Rich text that was pasted, as the Markdown that its author would have written. Pure: same HTML, same words.

What word processors mean by their blocks is told in `core.markdown.paste_cleanup`; here all is written down:
`**bold**`, `*italic*`, `-` before an item, one line a paragraph, one blank line between blocks, and a backslash only
where a character would say something else without it.
"""

import re

from bs4 import BeautifulSoup, Tag
from bs4.element import NavigableString
from markdownify import MarkdownConverter

from blog.core.errors import Invalid
from blog.core.markdown import paste_cleanup, sanitize
from blog.core.markdown.paste_cleanup import BLOCKS

# No post holds so much.
MOST_TAGS, LONGEST = 40_000, 2 * 2**20
# Each `&` costs the parser ten microseconds, whatever follows.
MOST_REFERENCES = 100_000
DEEP = "What was pasted is nested too deeply to become Markdown. Paste it as plain text."
MUCH = "What was pasted is too much to become Markdown at once. Paste it in several parts."
# A backslash at the end of a line, once all is written.
BREAK = "\ue008\n"
BREAKS = re.compile("(?: *\ue008\n *)+")
EDGES = re.compile("((?:\\s|\ue008)*)(.*?)((?:\\s|\ue008)*)", re.DOTALL)
SPACE = re.compile(r"[ \t\r\n\f\xa0]+")
FRAGMENT = re.compile(r"<!--\s*StartFragment\s*-->(.*?)(?:<!--\s*EndFragment\s*-->|\Z)", re.DOTALL)
# What would say something else anywhere in a line. An underscore within a word says nothing.
ANYWHERE = re.compile(
    r"""\\(?=[!-/:-@\[-`{-~]|$)|`|(?<!\s)\*|\*(?!\s)|(?<![^\W_])_+(?!\s|$)|(?<!\s)_+(?![^\W_])|~(?=~|$)|^~"""
    r"""|<(?=[a-zA-Z/!?])|&(?=\#?\w+;)|\[(?=\^|[^\[\]]*(?:\][(\[:]|$))|(?<=\^)\[""",
    re.MULTILINE,
)
# What would at the beginning of one.
FIRST = re.compile(r"(?:[-+*](?=\s|$)|\#{1,6}(?=\s|$)|>|:(?=\s|$)|(?=[:|\s]*-)[-:|\s]*$|=+\s*$)")
NUMBER = re.compile(r"(\d{1,9})([.)])(?=\s|$)")
# Until all is written, marks are characters that nobody types: so two that meet are told from one that is longer.
MARKS = {"b": ("\ue000", "\ue001", "**"), "em": ("\ue002", "\ue003", "*"), "del": ("\ue004", "\ue005", "~~")}
# Code stands for itself until then, too: nothing of it is Markdown.
CODE = re.compile("^(.*)\ue006([0-9]+)\ue007", re.MULTILINE)
PRIVATE = re.compile("[\ue000-\ue008]")
ANCHORS = {"#", "¶", "§", "🔗"}
MEETING = re.compile("\ue001( *)\ue000|\ue003( *)\ue002|\ue005( *)\ue004")
OPENING, CLOSING = "[\ue000\ue002\ue004]", "[\ue001\ue003\ue005]"
# A mark that stands between a letter and a comma is none for Markdown: the comma is put on its other side. So are a few
# such characters; of a long row, each would be looked at from each.
LEAVING = re.compile(
    rf"(?<![\\\s])((?:\\?(?![*~`\\\[\]()<>!])[^\w\s\ue000-\ue008]){{1,9}})({CLOSING}+)(?={OPENING}*[^\W_])"
)
ENTERING = re.compile(
    rf"(?:(?<=[^\W_])|(?<={CLOSING}))({OPENING}+)((?:\\?(?![*~`\\\[\]()<>!])[^\w\s\ue000-\ue008]){{1,9}})(?=\S)"
)
# Where none of it helps, the words are kept, and not the mark.
INNER = "[^\ue000-\ue008]"
HOPELESS = (
    re.compile(rf"(?:(?<=[^\W_])|(?<={CLOSING})){OPENING}((?:[^\w\s\ue000-\ue008]|_){INNER}*){CLOSING}"),
    re.compile(rf"{OPENING}({INNER}*(?:[^\w\s\ue000-\ue008]|_)){CLOSING}(?={OPENING}*[^\W_])"),
)
EMPTY = re.compile("\ue000(\\s*)\ue001|\ue002(\\s*)\ue003|\ue004(\\s*)\ue005")


def markdown(html: str) -> str:
    """The Markdown of pasted HTML; one line stays a line. Raises Invalid for what is too much, or nests too deeply."""
    fragment = FRAGMENT.search(html)
    html = PRIVATE.sub("", fragment[1] if fragment else html)
    if sanitize.too_deep(html):
        raise Invalid("html", DEEP)
    if html.count("&") > MOST_REFERENCES:
        raise Invalid("html", MUCH)
    html = sanitize.for_pasting(html)
    if len(html) > LONGEST or html.count("<") > MOST_TAGS:
        raise Invalid("html", MUCH)
    try:
        converter = _Converter()
        text = converter.convert_soup(paste_cleanup.plain(BeautifulSoup(html, "html.parser")))
    except RecursionError as error:
        raise Invalid("html", DEEP) from error
    return _with_code(_tidy(text), converter.code)


def _with_code(text: str, code: list[str]) -> str:
    """The text with its blocks of code, as far to the right as what they belong to, quoted as it is."""

    def placed(match: re.Match[str]) -> str:
        before = re.sub("[^\\s>]", " ", match[1])
        return match[1] + code[int(match[2])].replace("\n", "\n" + before)

    return CODE.sub(placed, text)


def _tidy(text: str) -> str:
    """Marks as Markdown has them, one blank line between blocks, none around them."""
    text = re.sub(r"\n[ \t]*(?:\n[ \t]*)+\n", "\n\n", text)
    for rule in (EMPTY, MEETING):
        text = rule.sub(_spaces, text)
    text = EMPTY.sub(_spaces, ENTERING.sub(_entered, LEAVING.sub(r"\2\1", text)))
    for rule in HOPELESS:
        text = rule.sub(_spaces, text)
    for opening, closing, mark in MARKS.values():
        text = text.replace(opening, mark).replace(closing, mark)
    return text.replace("\ue008", "\\").strip("\n")


def _entered(match: re.Match[str]) -> str:
    """Punctuation before its mark; behind a number that begins a line it would make an item."""
    line = match.string[match.string.rfind("\n", 0, match.start()) + 1 : match.start()]
    kept = "\\" if match[2][0] in ".)" and line.strip(" >-").isdecimal() else ""
    return f"{kept}{match[2]}{match[1]}"


def _spaces(match: re.Match[str]) -> str:
    return "".join(filter(None, match.groups()))


class _Converter(MarkdownConverter):
    """Markdown in the manner of our own toolbar."""

    class Options:
        heading_style = "atx"
        sub_symbol = "<sub>"
        sup_symbol = "<sup>"

    def __init__(self) -> None:
        super().__init__()
        self.code: list[str] = []

    # -- words -----------------------------------------------------------------------------------------------

    def process_text(self, el: NavigableString, parent_tags: set[str] | None = None) -> str:
        """Words: white space is one space, and only what needs it is escaped."""
        inside = parent_tags or set()
        if "pre" in inside:
            return str(el)
        text = SPACE.sub(" ", el)
        if text[:1] == " " and (_at_edge(el, -1) or _after_space(el)):
            text = text[1:]
        if text[-1:] == " " and _at_edge(el, 1):
            text = text[:-1]
        return text if "_noformat" in inside else _escaped(text, el)

    # -- marks around words ----------------------------------------------------------------------------------

    def convert_span(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Words that are bold, italic or struck out, by element or by style."""
        if "_noformat" in parent_tags or "\n\n" in text:
            return text  # whole blocks: their own words say how they look
        for mark in paste_cleanup.marks(el):
            text = _marked(text, mark)
        return text

    convert_b = convert_strong = convert_i = convert_em = convert_s = convert_strike = convert_del = convert_span
    convert_u = convert_font = convert_ins = convert_span

    def convert_a(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """A link; its words alone where it leads nowhere, or holds whole blocks."""
        address, inside = str(el.get("href") or ""), self.convert_span(el, text, parent_tags)
        before, words, after = _edges(inside)
        if not address and words in ANCHORS:
            return ""
        if not address or not words or "_noformat" in parent_tags or "a" in parent_tags or "\n\n" in text:
            return inside
        if el.get_text() == address and re.fullmatch(r"[^\s<>]+", address):
            return f"{before}<{address}>{after}"
        return f"{before}[{_lines(words)}]({_address(address)}){after}"

    def convert_code(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Code within a line."""
        return _quoted(" ".join(text.split())) if "_noformat" not in parent_tags and "\n\n" not in text else text

    convert_kbd = convert_samp = convert_tt = convert_code

    def convert_img(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """A picture; its words alone where it is nowhere, nothing where it only counts who reads."""
        if str(el.get("width")) in ("0", "1"):
            return ""
        alt = re.sub(r"[\[\]\\]", r"\\\g<0>", " ".join(str(el.get("alt") or "").split()))
        address = str(el.get("src") or "")
        return f"![{alt}]({_address(address)})" if address else alt

    def convert_input(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """The box of a task."""
        box = el.get("type") == "checkbox" and "li" in parent_tags
        return ("[x] " if el.has_attr("checked") else "[ ] ") if box else ""

    def convert_br(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """A new line of the same paragraph."""
        if "pre" in parent_tags:
            return "\n"
        return " " if "_inline" in parent_tags else BREAK

    # -- blocks ----------------------------------------------------------------------------------------------

    def convert_p(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """A paragraph; two line ends make two of it."""
        if "_inline" in parent_tags:
            return f" {text.strip()} "
        text = _paragraphs(self.convert_span(el, text, parent_tags))
        return f"\n\n{text}\n\n" if text.strip() else ""

    convert_div = convert_article = convert_section = convert_figure = convert_figcaption = convert_caption = convert_p
    convert_address = convert_aside = convert_center = convert_details = convert_footer = convert_form = convert_p
    convert_header = convert_main = convert_nav = convert_summary = convert_fieldset = convert_p

    def convert_hN(self, n: int, el: Tag, text: str, parent_tags: set[str]) -> str:  # noqa: N802 (the package's name)
        """A heading, which is bold by itself."""
        text = re.sub("[\ue000\ue001]", "", " ".join(text.split()))
        return f"\n\n{'#' * n} {text}\n\n" if text and "_inline" not in parent_tags else text

    def convert__document_(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """All of it."""
        return _paragraphs(text)

    def convert_pre(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Code between fences that are longer than any within."""
        code = re.sub(r"\A[ \t]*\n", "", text.replace("\xa0", " ")).rstrip()
        longest = max((len(run) for run in re.findall(r"^[ \t]*(`{3,})", code, re.MULTILINE)), default=2)
        fence = "`" * (longest + 1)
        self.code.append(f"{fence}{paste_cleanup.language(el)}\n{code}\n{fence}")
        return f"\n\n\ue006{len(self.code) - 1}\ue007\n\n" if code else ""

    def convert_blockquote(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """Words of others."""
        text = _paragraphs(self.convert_span(el, text, parent_tags)).strip()
        quoted = re.sub("^(?=.)", "> ", text, flags=re.MULTILINE).replace("\n\n", "\n>\n")
        return f"\n\n{quoted}\n\n" if text and "_inline" not in parent_tags else text

    def convert_li(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """An item. Its number was found by `richtext`, so that nobody counts anew for each."""
        text = _paragraphs(self.convert_span(el, text, parent_tags))
        mark = str(el.get("data-mark") or "-") + " "
        return mark + re.sub(r"\n(?=[^\n])", "\n" + " " * len(mark), text) + "\n" if text.strip() else ""

    def convert_list(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """A list: within another close to what it belongs to."""
        text = text.strip("\n")
        return f"\n{text}\n" if "li" in parent_tags else f"\n\n{text}\n\n"

    convert_ul = convert_ol = convert_dir = convert_list

    def convert_td(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """A cell: one line, whose own bars say nothing."""
        words = re.sub(r"(?<!\\)\|", r"\\|", " ".join(text.replace(BREAK, " ").split()))
        return f" {words} |" + " |" * (paste_cleanup.width(el) - 1)

    def convert_th(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """A cell of the head, which is bold by itself."""
        return self.convert_td(el, re.sub("[\ue000\ue001]", "", text), parent_tags)

    def convert_tr(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """A row."""
        return f"|{text}" + " |" * int(str(el.get("data-missing") or 0)) + "\n"

    def convert_table(self, el: Tag, text: str, parent_tags: set[str]) -> str:
        """A table, whose first row is its head: Markdown knows none without."""
        head, _, rows = text.strip().partition("\n")
        ruler = "|" + " --- |" * int(str(el.get("data-columns") or 1))
        return f"\n\n{head}\n{ruler}\n{rows}".rstrip() + "\n\n"


# -- what a character would say -----------------------------------------------------------------------------


def _escaped(text: str, el: NavigableString) -> str:
    """The words, with a backslash before what would be a mark."""
    rest = ANYWHERE.sub(lambda match: "".join(f"\\{char}" for char in match[0]), text)
    if rest.endswith("!") and _leads_on(el):
        rest = rest[:-1] + "\\!"
    if not _begins_line(el):
        return rest
    number = NUMBER.match(text)
    if number:
        return f"{number[1]}\\{rest[len(number[1]) :]}"
    return f"\\{rest}" if FIRST.match(text) and not rest.startswith("\\") else rest


def _leads_on(el: NavigableString) -> bool:
    """Whether a link comes next: an exclamation mark before it would make a picture of it."""
    following = el.next_element
    while isinstance(following, Tag) and following.name not in ("a", "img"):
        following = following.contents[0] if following.contents else None
    return isinstance(following, Tag)


def _begins_line(el: NavigableString) -> bool:
    """Whether words are the first of a line, without a mark before them."""
    here = paste_cleanup.edge(el, -1)
    linked = any(parent.name in ("a", "code") for parent in here.inside)
    # A mark behind a comma may have to go: then these come first after all.
    marked = any(paste_cleanup.marks(parent) for parent in here.inside) and el[-1:].isalnum()
    return here.is_edge and not linked and not marked


def _at_edge(el: NavigableString, step: int) -> bool:
    """Whether a space would show nothing, being the first (-1) or the last (1) of a line."""
    here = paste_cleanup.edge(el, step)
    return here.is_edge and not here.is_whole


def _after_space(el: NavigableString) -> bool:
    """Whether the words before end with a space already."""
    before = el.previous_element
    while isinstance(before, Tag) and before.name not in BLOCKS and before.name not in ("br", "img"):
        before = before.previous_element
    return isinstance(before, NavigableString) and before[-1:].isspace()


def _quoted(code: str) -> str:
    """Code within marks that are longer than any within."""
    if not code:
        return ""
    runs = {len(run) for run in re.findall("`+", code)}
    mark = "`" * next(size for size in range(1, len(runs) + 2) if size not in runs)
    space = " " if code[0] == "`" or code[-1] == "`" else ""
    return f"{mark}{space}{code}{space}{mark}"


def _edges(text: str) -> tuple[str, str, str]:
    """White space and line ends before the words, the words, and those after."""
    match = EDGES.fullmatch(text)
    return (match[1], match[2], match[3]) if match else ("", text, "")


def _marked(text: str, mark: str) -> str:
    """Words between marks, which stand close to them."""
    opening, closing, _ = MARKS[mark]
    before, words, after = _edges(text)
    words = re.sub(f"[{opening}{closing}]", "", _lines(words))
    return f"{before}{opening}{words}{closing}{after}" if words else before + after


def _lines(text: str) -> str:
    """Words whose empty lines are no more: no mark reaches over one."""
    return BREAKS.sub(lambda _: BREAK, text)


def _paragraphs(text: str) -> str:
    """Text in which several line ends make a paragraph, and none stands at an end."""
    if BREAK not in text:
        return text.strip("\n")
    text = BREAKS.sub(lambda match: BREAK if match[0].count("\n") == 1 else "\n\n", text)
    return re.sub(r"(?:\ue008\n)+(?=\n|\Z)|(?<=\n\n)(?:\ue008\n)+|\A(?:\ue008\n)+", "", text).strip("\n")


def _address(address: str) -> str:
    """An address as it may stand in brackets."""
    for char in ' <>()\\"':
        address = address.replace(char, f"%{ord(char):02X}")
    return re.sub(r"\s", "", address)
