"""The documents with the older items of a feed: linked lists (RFC 5005), numbered from the oldest post. Pure.

Document `n` holds post number `n`, counted from the oldest, and the posts before it, as many as fit. So it stays the
same when posts are published later: a client that follows `next` gets every post once, even while posts are added, and
one that follows `prev` back misses none.
"""

from collections.abc import Callable

from blog.feeds.channel import ITEMS


def page_links(
    address: Callable[[int | None], str], *, total: int, shown: int, number: int | None = None, newer: int = 0
) -> dict[str, str]:
    """Return the links of a document with `shown` posts, as rel -> URL.

    `number` is that of the document; None is the feed itself, with the newest of all `total` posts. `newer` is how many
    of the posts after this document's fit into one document.
    """
    older = (total if number is None else number) - shown
    links = {"first": address(None)}
    if number is not None:
        previous = number + newer
        # The link is called previous in RFC 5005, prev in HTML and most other places.
        links["prev"] = links["previous"] = address(previous if previous < total else None)
    if older:
        links["next"] = address(older)
    links["last"] = address((older - 1) % ITEMS + 1 if older else number)
    return links
