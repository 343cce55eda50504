"""Numbers in sentences: with their nouns, and sizes of files. Pure."""


def noun(number: int, singular: str, plural: str = "") -> str:
    """Return the noun that follows a number; the plural is the singular with an s, if it is not given."""
    return singular if number == 1 else plural or f"{singular}s"


def count_of(number: int, singular: str, plural: str = "") -> str:
    """Return a number with its noun, and with the words that depend on it: `count_of(2, "post is", "posts are")`."""
    return f"{number:,} {noun(number, singular, plural)}"


def megabytes(size: int) -> str:
    """Format a size in bytes. A size that is not 0 is shown as at least 0.1 MB."""
    return f"{size / 1e6:,.0f} MB" if size >= 1e7 else f"{max(size / 1e6, 0.1 if size else 0):.1f} MB"
