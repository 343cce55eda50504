"""Render Markdown to HTML, and collect its table of contents, word count, extract, links and pictures.

CommonMark with tables, footnotes, task lists, strikethrough, definition lists, figures, poems, video and audio
players, attributes and bare links. Pure: no database, no clock, no network; the same text gives the same bytes.
Runs when a post is saved, never when it is read. Raise RENDERER_VERSION when the output changes: then stored texts are
rendered again.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from html import escape, unescape
from itertools import takewhile
from typing import Any
from urllib.parse import unquote

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.tasklists import tasklists_plugin

from blog.core.errors import Invalid
from blog.core.images import html as image_html
from blog.core.images.variants import ImageFiles, hash_prefix_of
from blog.core.markdown import sanitize
from blog.core.markdown.code import highlight
from blog.core.markdown.figures import html_token, insert_players, make_figure, plain_text
from blog.core.markdown.poems import poem_rule
from blog.core.text.slugs import slug_of, unique_slug
from blog.core.text.words import count_words, shorten
from blog.models.json_types import Heading, Picture

HTML_BYTES = 4 * 1024 * 1024
EXTRACT_LENGTH = 200
WIDTHS = (25, 33, 50, 66, 75)
# Attributes after a picture: {.wide}, {.full width=400}, {width=50%}.
PICTURE_ATTRIBUTES = re.compile(r'\{((?:\s*(?:\.[a-z][a-z0-9-]*|width="?\d{1,4}%?"?))+)\s*\}')
HREF = re.compile(r'<a(?:\s[a-z-]+="[^"]*")*?\shref="([^"]*)"')
RAW_ID = re.compile(r"""\bid\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
RAW_PICTURE = re.compile(r"""<img\b[^>]*?\bsrc\s*=\s*(?:"([^">]+)"|'([^'>]+)'|([^\s"'>]+))""", re.IGNORECASE)
RAW_H1 = re.compile(r"(</?)h1\b", re.IGNORECASE)
FRAME = re.compile(r"""<iframe\b[^>]*?\bsrc\s*=\s*["']?(https?://[^\s"'>]+)[^>]*>(?:\s*</iframe>)?""", re.IGNORECASE)


@dataclass(frozen=True)
class RenderedText:
    """A rendered text, ready to be stored, with what the author sees while writing.

    `lines` has the Markdown line (from 0) where each top-level element begins. HTML that the author wrote counts as one
    element; the section of footnotes, whose sources may be anywhere, as none. `foreign_images` are the URLs of
    pictures on other sites that are linked instead of shown.
    """

    html: str
    feed_html: str
    contents: list[Heading]
    words: int
    extract: str
    links: list[str]
    pictures: list[Picture]
    lines: list[int] = field(default_factory=list)
    foreign_images: list[str] = field(default_factory=list)


@dataclass
class _Collected:
    """What rendering collects. `text` has all words, `opening` those of paragraphs, for the extract."""

    contents: list[Heading] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    opening: list[str] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    foreign_images: dict[str, None] = field(default_factory=dict)

    def add_foreign_image(self, url: str) -> None:
        if url.lower().startswith(("https:", "http:")):
            self.foreign_images[url] = None


def render(
    body: str,
    *,
    base: str = "/posts/-/",
    cover: str = "",
    image_files: ImageFiles | None = None,
    foreign_media: bool = False,
) -> RenderedText:
    """Render a post's Markdown.

    `base` is an address like the post's own, for relative links in feeds. `image_files` are the stored pictures that
    the post may show, by hash prefix. A `cover` counts as the first picture.

    Raises Invalid if the HTML would be larger than 4 MB or nests too deeply.
    """
    collected = _Collected()
    if cover:
        collected.pictures.append(image_html.picture_entry(cover, "", (image_files or {}).get(hash_prefix_of(cover))))
    parser = _parser()
    env: dict[str, Any] = {}
    tokens = parser.parse(body, env)
    _transform(tokens, collected)
    html = parser.renderer.render(tokens, parser.options, env)
    _check_size(html)
    if sanitize.too_deep(html):
        raise Invalid("body", f"HTML elements in the text are nested more than {sanitize.MAX_DEPTH} deep. Close them.")
    markup = _picture_markup(collected, image_files or {})
    html = sanitize.render_pictures(html, markup, foreign_media=foreign_media, on_foreign=collected.add_foreign_image)
    _check_size(html)
    links = dict.fromkeys(unescape(link) for link in HREF.findall(html) if not link.startswith("#"))
    return RenderedText(
        html=html,
        feed_html=sanitize.feed_html(html, base),
        contents=collected.contents,
        words=count_words(" ".join(collected.text)),
        extract=shorten(" ".join(" ".join(collected.opening).split()), EXTRACT_LENGTH),
        links=list(links),
        pictures=collected.pictures,
        lines=_lines(tokens),
        foreign_images=[] if foreign_media else list(collected.foreign_images),
    )


def picture_sources(body: str) -> list[tuple[str, int]]:
    """Return the decoded URLs of a text's pictures, each with the line (from 1) near it."""
    sources: dict[str, int] = {}
    for token in _parser().parse(body):
        line = (token.map or [0])[0] + 1
        for child in [token, *(token.children or [])]:
            if child.type == "image" and not image_html.player_element(str(child.attrs.get("src", ""))):
                sources.setdefault(unquote(str(child.attrs.get("src", ""))), line)
            elif child.type in ("html_block", "html_inline"):
                for source in RAW_PICTURE.findall(child.content):
                    sources.setdefault(unquote(unescape("".join(source))), line)
    return list(sources.items())


def code_lines(body: str) -> set[int]:
    """Return the numbers (from 0) of the lines in code blocks, where Markdown has no meaning."""
    blocks = (token.map for token in _parser().parse(body) if token.type in ("fence", "code_block") and token.map)
    return {number for first, end in blocks for number in range(first, end)}


def _check_size(html: str) -> None:
    if len(html) > HTML_BYTES or len(html.encode()) > HTML_BYTES:
        raise Invalid("body", "The text would become a page of more than 4 MB. Split it into several posts.")


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": True, "linkify": True, "typographer": False})
    parser.enable(["table", "strikethrough", "linkify"])
    parser.linkify.set({"fuzzy_link": False, "fuzzy_email": False, "fuzzy_ip": False})  # type: ignore[union-attr]
    parser.use(footnote_plugin).use(deflist_plugin).use(tasklists_plugin, label=True)
    parser.core.ruler.before("inline", "poems", poem_rule)
    parser.inline.ruler.after("image", "picture_attributes", _picture_attributes)
    for name, rule in _RULES.items():
        parser.renderer.rules[name] = rule  # type: ignore[attr-defined]
    return parser


# -- transform tokens ---------------------------------------------------------------------------------------


def _transform(tokens: list[Token], collected: _Collected) -> None:
    """Shift headings below the page's own, set ids, make figures, number tables; collect words and opening."""
    shift = 1 if any(token.type == "heading_open" and token.tag == "h1" for token in tokens) else 0
    taken = _raw_ids(tokens)
    numbers = {"table": 0, "code": 0}
    in_footnotes = False
    for index, token in enumerate(tokens):
        in_footnotes = in_footnotes or token.type == "footnote_block_open"
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(6, int(token.tag[1]) + shift)}"
        if token.type == "heading_open":
            _heading(tokens, index, taken, collected)
        elif token.type == "inline":
            _fix_raw_html(token.children or [])
            words = plain_text(token.children or [])
            collected.text.append(words)
            opening = tokens[index - 1]
            top_level = opening.type == "paragraph_open" and opening.level == 0
            figure = top_level and make_figure(tokens, index)
            insert_players(token.children or [])
            if (top_level or opening.meta.get("verse")) and not figure and not in_footnotes:
                collected.opening.append(words)
        elif token.type in ("table_open", "fence", "code_block"):
            kind = "table" if token.type == "table_open" else "code"
            numbers[kind] += 1
            token.meta = {**token.meta, "number": numbers[kind]}
        elif token.type in ("th_open", "td_open"):
            _alignment(token)
        elif token.type == "html_block":
            _fix_raw_html([token])


def _lines(tokens: Sequence[Token]) -> list[int]:
    """Return the lines where the top-level elements begin, without the footnotes, which come last."""
    text = takewhile(lambda token: token.type != "footnote_block_open", tokens)
    return [token.map[0] for token in text if token.level == 0 and token.nesting >= 0 and token.map]


def _fix_raw_html(tokens: Sequence[Token]) -> None:
    """In HTML that the author wrote, replace an iframe by a link, and h1 by h2: the page has its own h1."""
    for token in tokens:
        if token.type in ("html_block", "html_inline"):
            without_frames = FRAME.sub(lambda frame: f'<a href="{frame[1]}">{frame[1]}</a>', token.content)
            token.content = RAW_H1.sub(r"\1h2", without_frames)


def _raw_ids(tokens: Sequence[Token]) -> set[str]:
    """Return the ids in HTML that the author wrote: no heading may take them."""
    raw_html = [token for token in tokens if token.type == "html_block"]
    raw_html += [child for token in tokens for child in token.children or [] if child.type == "html_inline"]
    ids = (match for token in raw_html for match in RAW_ID.finditer(token.content))
    return {sanitize.prefixed_id(unescape(match[1] or match[2] or match[3] or "")) for match in ids}


def _heading(tokens: list[Token], index: int, taken: set[str], collected: _Collected) -> None:
    token, inline = tokens[index], tokens[index + 1]
    text = " ".join(plain_text(inline.children or []).split())
    ident = unique_slug(f"s-{slug_of(text, 'section')}", taken.__contains__)
    taken.add(ident)
    token.attrSet("id", ident)
    if token.level == 0 and text and token.tag in ("h2", "h3"):
        collected.contents.append({"level": int(token.tag[1]), "id": ident, "text": text})
    anchor = html_token(f'<a class="anchor" href="#{ident}" lang="en" aria-label="Link to this section"></a>')
    inline.children = [*(inline.children or []), anchor]


def _alignment(token: Token) -> None:
    style = str(token.attrs.pop("style", ""))
    if style.startswith("text-align:"):
        token.attrSet("class", style.removeprefix("text-align:"))
    if token.type == "th_open":
        token.attrSet("scope", "col")


def _picture_markup(collected: _Collected, image_files: ImageFiles) -> sanitize.PictureMarkup:
    """Return the function that makes a picture's HTML: with real sizes; the first loads at once, later ones lazily."""

    def markup(attributes: dict[str, str], around: str) -> str:
        image = image_files.get(hash_prefix_of(attributes["src"]))
        first = not collected.pictures
        collected.pictures.append(image_html.picture_entry(attributes["src"], attributes.get("alt", ""), image))
        return image_html.picture_html(attributes, image, around=around, first=first)

    return markup


def _picture_attributes(state: StateInline, silent: bool) -> bool:
    """Parse the attributes after a picture. A width in percent becomes a class: pages have no inline styles."""
    last = state.tokens[-1] if state.tokens and not state.pending else None
    match = PICTURE_ATTRIBUTES.match(state.src, state.pos) if last and last.type == "image" else None
    if silent or not last or not match:
        return False
    for item in match[1].split():
        width = item.removeprefix("width=").strip('"')
        if item.startswith("."):
            last.attrJoin("class", item[1:])
        elif not width.endswith("%"):
            last.attrSet("width", width)
        elif int(width[:-1]) < 90:
            last.attrJoin("class", f"w-{min(WIDTHS, key=lambda percent: abs(percent - int(width[:-1])))}")
    state.pos = match.end()
    return True


# -- render tokens ------------------------------------------------------------------------------------------

Rule = Callable[[Sequence[Token], int, Any, Any], str]


def _fence(tokens: Sequence[Token], index: int, _options: Any, _env: Any) -> str:
    token = tokens[index]
    language = unescape(token.info).strip().split()[0].strip("{}.") if token.info.strip() else ""
    label = f"Code {token.meta.get('number', '')}" + (f", {language}" if language else "")
    classes = f' class="language-{escape(language)}"' if language else ""
    code = highlight(token.content, language)
    region = f'class="code" role="region" tabindex="0" aria-label="{escape(label)}"'
    return f"<pre {region}><code{classes}>{code}</code></pre>\n"


def _table_open(tokens: Sequence[Token], index: int, _options: Any, _env: Any) -> str:
    number = tokens[index].meta.get("number", "")
    return f'<div class="table" role="region" tabindex="0" aria-label="Table {number}">\n<table>\n'


def _note_number(token: Token) -> tuple[int, str]:
    number, repeat = token.meta["id"] + 1, token.meta.get("subId", 0)
    return number, f"{number}:{repeat}" if repeat > 0 else str(number)


def _note_ref(tokens: Sequence[Token], index: int, _options: Any, _env: Any) -> str:
    number, ident = _note_number(tokens[index])
    return (
        f'<sup class="footnote-ref"><a href="#fn-{number}" id="fnref-{ident}" role="doc-noteref"'
        f' aria-label="Note {number}">{number}</a></sup>'
    )


def _note_back(tokens: Sequence[Token], index: int, _options: Any, _env: Any) -> str:
    number, ident = _note_number(tokens[index])
    repeat = tokens[index].meta.get("subId", 0)
    label = f"Back to the text, note {number}" + (f", place {repeat + 1}" if repeat else "")
    return (
        f' <a href="#fnref-{ident}" class="footnote-backref" role="doc-backlink" aria-label="{label}">\u21a9\ufe0e</a>'
    )


def _note_open(tokens: Sequence[Token], index: int, _options: Any, _env: Any) -> str:
    return f'<li id="fn-{_note_number(tokens[index])[0]}">'


def _fixed(html: str) -> Rule:
    return lambda _tokens, _index, _options, _env: html


_RULES: Mapping[str, Rule] = {
    "fence": _fence,
    "code_block": _fence,
    "table_open": _table_open,
    "table_close": _fixed("</table>\n</div>\n"),
    "footnote_ref": _note_ref,
    "footnote_anchor": _note_back,
    "footnote_open": _note_open,
    "footnote_close": _fixed("</li>\n"),
    "footnote_block_open": _fixed('<section class="footnotes" role="doc-endnotes" aria-label="Notes">\n<ol>\n'),
    "footnote_block_close": _fixed("</ol>\n</section>\n"),
}
