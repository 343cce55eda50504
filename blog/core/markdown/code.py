"""Colour code on the server: Pygments, imported only when a text holds code that names its language."""

from html import escape

PREFIX = "hl-"


def highlight(code: str, language: str) -> str:
    """The code as HTML: spans with classes for a language that Pygments knows, plain text otherwise."""
    if not language or language.lower() in ("text", "plain", "plaintext", "none"):
        return escape(code)
    from pygments import highlight as colour
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    try:
        lexer = get_lexer_by_name(language, stripnl=False)
    except ClassNotFound:
        return escape(code)
    return colour(code, lexer, HtmlFormatter(nowrap=True, classprefix=PREFIX))
