"""A channel and items that never change, for tests of the pure builders."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from blog.feeds.channel import Channel, Cover, Item

SITE = "https://essays.example"
# What XML cannot carry: control characters, half a character, characters that are none.
FORBIDDEN = "\x00\x01\x08\x0b\x0c\x0e\x1f\ud800\udfff\ufffe\uffff"
CHANNEL = Channel(
    id="urn:uuid:9b2d1f00-0000-4000-8000-000000000001",
    title="Rivers & Roads",
    link=f"{SITE}/",
    address=f"{SITE}/feed.xml",
    description="On water, and <what> crosses it.",
    language="en-GB",
    author="The Editor",
    changed_at=datetime(2024, 1, 2, 3, 4, 5, 678, tzinfo=UTC),
)
# One of the older documents, with all that a feed can name.
OLDER = replace(
    CHANNEL,
    title="Tom & Jerry &amp; <b>friends</b> 😀 سلام",
    address=f"{SITE}/feed/40.xml",
    author="Özgür <Ó>",
    pages={
        "first": f"{SITE}/feed.xml",
        "prev": f"{SITE}/feed/60.xml",
        "previous": f"{SITE}/feed/60.xml",
        "next": f"{SITE}/feed/20.xml",
        "last": f"{SITE}/feed/20.xml",
    },
    hubs=("https://hub.example/?a=1&b=2", "https://other.example/"),
)
ITEM = Item(
    guid="0f8fad5b-d9cb-469f-a165-70867728950e",
    link=f"{SITE}/posts/bridges/",
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
        link=f"{SITE}/posts/tom-jerry/",
        title="Tom & Jerry &amp; <b>friends</b> 😀",
        summary="سلام \u202eand back\u202c & <more> ]]>",
        html=f'<p title="a]]>b">Cats ]]&gt; mice &amp; 👩‍👩‍👧 <a href="{SITE}/posts/tom-jerry/#fn-1">1</a></p>\n',
        author="Özgür <Ó>",
        tags=("C++", "R&D", "数学"),
        published_at=datetime(2024, 6, 1, 1, 30, tzinfo=timezone(timedelta(hours=5, minutes=30))),
        updated_at=datetime(2024, 6, 3, 12, 0, 0, 5, tzinfo=UTC),
        language="ar",
        cover=Cover(f"{SITE}/media/river-1a2b.jpg", "image/jpeg", 1200, 800),
    ),
    replace(
        ITEM,
        guid="16fd2706-8baf-433b-82eb-8c7fada847da",
        link=f"{SITE}/posts/hostile/",
        title=f"Ho{FORBIDDEN}stile",
        summary=f"Sum{FORBIDDEN}mary",
        html=f"<p>Te{FORBIDDEN}xt</p>\n",
        author=f"A{FORBIDDEN}na",
        tags=(f"Ri{FORBIDDEN}vers",),
        cover=Cover(f"{SITE}/media/unmeasured.webp", "image/webp", None, None),
    ),
    replace(ITEM, guid="6fa459ea-ee8a-4ca4-894e-db77e160355e", title="", summary="Only a summary."),
    replace(ITEM, guid="886313e1-3b8a-5372-9b90-0c9aee199e5d", title="", summary="", tags=()),
]


def item(**fields: Any) -> Item:
    """The plain item with what a test is about."""
    return replace(ITEM, **fields)
