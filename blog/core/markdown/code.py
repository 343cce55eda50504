"""Highlight code on the server with Pygments, which is imported only for code that names its language."""

from html import escape

PREFIX = "hl-"


def highlight(code: str, language: str) -> str:
    """Return code as HTML: spans with classes if Pygments knows the language, otherwise plain text."""
    if not language or language.lower() in ("text", "plain", "plaintext", "none"):
        return escape(code)
    from pygments import highlight as pygments_highlight
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    try:
        lexer = get_lexer_by_name(language, stripnl=False)
    except ClassNotFound:
        return escape(code)
    return pygments_highlight(code, lexer, HtmlFormatter(nowrap=True, classprefix=PREFIX))
