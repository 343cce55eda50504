"""Count and cut text in any script."""

import regex

# Chinese and Japanese put no space between words; two characters are about one word.
IDEOGRAPHS = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}]")
WORD = regex.compile(r"[\p{L}\p{N}\p{M}]+(?:['’\-][\p{L}\p{N}\p{M}]+)*")
GRAPHEME = regex.compile(r"\X")


def count_words(text: str) -> int:
    """Return the number of words; two ideographs count as one."""
    ideographs = len(IDEOGRAPHS.findall(text))
    return len(WORD.findall(IDEOGRAPHS.sub(" ", text))) + (ideographs + 1) // 2


def graphemes(text: str) -> list[str]:
    """Return the characters as people count them (Unicode's extended grapheme clusters)."""
    return list(GRAPHEME.findall(text))


def shorten(text: str, limit: int) -> str:
    """Return at most `limit` characters of a text: a longer one is cut between words and ends with an ellipsis."""
    if len(text) <= limit:
        return text
    start = ""
    for grapheme in graphemes(text[: limit + 40]):
        if len(start) + len(grapheme) > limit - 1:
            break
        start += grapheme
    head, space, _ = start.rpartition(" ")
    return (head if space and len(head) > limit // 2 else start).rstrip(" ,;:–—-") + "…"
