"""Where the older items of a feed are: documents linked one to the next (RFC 5005), numbered from the oldest. Pure.

The document `n` holds the post that was the `n`th and those before it, as many as fit. So it says the same whatever is
published later: whoever follows `next` meets every post once, even while others are added, and whoever follows `prev`
back misses none.
"""

from collections.abc import Callable

from blog.feeds.channel import ITEMS


def page_links(
    address: Callable[[int | None], str], *, total: int, shown: int, number: int | None = None, newer: int = 0
) -> dict[str, str]:
    """The links of a document that shows `shown` posts, as rel -> address.

    `number` is the document's own; None is the feed itself, with the newest of all `total` posts. `newer` is how many
    of those that follow the document's own fit into one.
    """
    older = (total if number is None else number) - shown
    links = {"first": address(None)}
    if number is not None:
        before = number + newer
        # RFC 5005 says previous, HTML and most others say prev.
        links["prev"] = links["previous"] = address(before if before < total else None)
    if older:
        links["next"] = address(older)
    links["last"] = address((older - 1) % ITEMS + 1 if older else number)
    return links
