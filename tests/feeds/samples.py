"""A channel and items that never change, for tests of the pure builder."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from blog.feeds.build import Channel, Item

CHANNEL = Channel(
    title="Rivers & Roads",
    link="https://essays.example/",
    address="https://essays.example/feed.xml",
    description="On water, and <what> crosses it.",
    language="en-GB",
    changed_at=datetime(2024, 1, 2, 3, 4, 5, 678, tzinfo=UTC),
)
ITEM = Item(
    guid="0f8fad5b-d9cb-469f-a165-70867728950e",
    link="https://essays.example/posts/bridges/",
    title="Bridges",
    summary="How they stand.",
    html="<p>They stand.</p>\n",
    author="Ana Lind",
    tags=("Rivers",),
    published_at=datetime(2024, 5, 1, 9, 0, 30, 999, tzinfo=UTC),
    updated_at=None,
)
GOLDEN = [
    replace(
        ITEM,
        guid="7c9e6679-7425-40de-944b-e07fc1f90ae7",
        link="https://essays.example/posts/tom-jerry/",
        title="Tom & Jerry &amp; <b>friends</b> 😀",
        summary="سلام \u202eand back\u202c & more",
        html='<p title="a]]>b">Cats ]]&gt; mice &amp; 👩‍👩‍👧 <a href="https://essays.example/posts/tom-jerry/#fn-1">1</a></p>\n',
        author="Özgür <Ó>",
        tags=("C++", "R&D"),
        published_at=datetime(2024, 6, 1, 1, 30, tzinfo=timezone(timedelta(hours=5, minutes=30))),
        updated_at=datetime(2024, 6, 3, 12, 0, 0, 5, tzinfo=UTC),
    ),
    replace(ITEM, summary="", tags=()),
]


def item(**fields: Any) -> Item:
    """The plain item with what a test is about."""
    return replace(ITEM, **fields)
