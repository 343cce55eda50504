"""Figures: a picture, a film or a recording that stands alone in its paragraph, and players within lines. Pure."""

import re
from collections.abc import Sequence
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

from blog.core.images import html

FILM = re.compile(
    r"https://(?:(?:www\.|m\.)?youtube\.com/(?:watch|shorts|live)|youtu\.be/|(?:player\.)?vimeo\.com/)\S*"
)
# A path alone on a line; other words that end like a file's name are words.
PATH = re.compile(r"\.{0,2}/[^\s<>]+")


def make_figure(tokens: list[Token], index: int) -> bool:
    """A picture alone in a paragraph becomes a figure, its title the caption; a film or a recording, too."""
    inline = tokens[index]
    children = [child for child in inline.children or [] if child.type != "softbreak" and child.content != " "]
    linked = len(children) == 3 and children[0].type == "link_open" and children[1].type in ("image", "text")
    picture = children[linked] if children and (linked or len(children) == 1) else None
    if picture and picture.type == "image":
        return _picture_figure(tokens, index, picture, linked)
    address = _address_alone(inline, children, linked)
    if html.player_element(address):
        inline.children = [html_token(html.player_html(address))]
        _become_figure(tokens, index, html.player_element(address))
        return True
    if FILM.fullmatch(address):
        _become_figure(tokens, index, "video")
    return bool(FILM.fullmatch(address))


def _picture_figure(tokens: list[Token], index: int, picture: Token, linked: bool) -> bool:
    kind = html.player_element(str(picture.attrs.get("src", "")))
    if kind and linked:
        return False
    _become_figure(tokens, index, f"{kind} {picture.attrs.pop('class', '')}".strip())
    caption = str(picture.attrs.pop("title", "")) or (text_of(picture.children or []) if kind else "")
    if caption:
        last = html_token(f"<figcaption>{_caption_parser().renderInline(caption)}</figcaption>")
        tokens[index].children = [*(tokens[index].children or []), last]
    return True


def _become_figure(tokens: list[Token], index: int, kind: str) -> None:
    opening, closing = tokens[index - 1], tokens[index + 1]
    opening.tag = closing.tag = "figure"
    opening.hidden = closing.hidden = False
    if kind:
        opening.attrSet("class", kind)


def _address_alone(inline: Token, children: Sequence[Token], linked: bool) -> str:
    """The address that is all of a paragraph, and leads to another site or begins with a stroke or a full stop."""
    if linked and children[0].markup in ("linkify", "autolink"):
        return str(children[0].attrs.get("href", ""))
    text = inline.content.strip() if all(child.type == "text" for child in children) else ""
    return text if PATH.fullmatch(text) else ""


def players(children: Sequence[Token]) -> None:
    """Where a film or a recording is shown as pictures are, a player; within a link, its words."""
    links = 0
    for child in children:
        links += child.nesting if child.type in ("link_open", "link_close") else 0
        source = str(child.attrs.get("src", "")) if child.type == "image" else ""
        if html.player_element(source):
            words = text_of(child.children or [])
            child.type, child.content = ("text", words) if links else ("html_inline", html.player_html(source, words))


def text_of(children: Sequence[Token]) -> str:
    """The plain words of a line."""
    words = []
    for child in children:
        if child.type in ("text", "code_inline"):
            words.append(child.content)
        elif child.type in ("softbreak", "hardbreak"):
            words.append(" ")
        elif child.type == "image":
            words.append(text_of(child.children or []))
    return "".join(words)


def html_token(content: str) -> Token:
    """A piece of a line that is written as it is."""
    token = Token("html_inline", "", 0)
    token.content = content
    return token


@cache
def _caption_parser() -> MarkdownIt:
    """Captions hold what a line holds, but no notes: those belong to the text."""
    return MarkdownIt("commonmark", {"html": True}).enable("strikethrough")
