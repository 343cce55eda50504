"""Count and cut text in any script."""

import regex

# Chinese and Japanese put no space between words; two characters are about one word.
IDEOGRAPHS = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}]")
WORD = regex.compile(r"[\p{L}\p{N}\p{M}]+(?:['’\-][\p{L}\p{N}\p{M}]+)*")
GRAPHEME = regex.compile(r"\X")


def count_words(text: str) -> int:
    """How many words a reader reads."""
    ideographs = len(IDEOGRAPHS.findall(text))
    return len(WORD.findall(IDEOGRAPHS.sub(" ", text))) + (ideographs + 1) // 2


def graphemes(text: str) -> list[str]:
    """The characters as people count them (Unicode's extended grapheme clusters)."""
    return list(GRAPHEME.findall(text))


def shorten(text: str, most: int) -> str:
    """The text, cut between words to at most `most` characters with an ellipsis when it is longer."""
    if len(text) <= most:
        return text
    kept = ""
    for grapheme in graphemes(text[: most + 40]):
        if len(kept) + len(grapheme) > most - 1:
            break
        kept += grapheme
    head, space, _ = kept.rpartition(" ")
    return (head if space and len(head) > most // 2 else kept).rstrip(" ,;:–—-") + "…"
