"""A library for search: each post has its own words, spread as in a language.

The essays of texts.py are made of 350 words, so that every essay has nearly all of them: no word is rare there. Here
the most common word is in every post, the twentieth in three quarters of them, and most in a handful (Zipf's law).
"""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import accumulate
from typing import Any
from uuid import UUID

from sqlalchemy import insert

from bench import library
from blog.core.db.transaction import write_transaction
from blog.core.search import index
from blog.models import Post, Tag, post_tag
from blog.models.json_types import RENDERER_VERSION

VOCABULARY = 60_000
CHARACTERS = 3_000
SHORTEST, LONGEST = 100, 1_200
CHINESE = 0.02  # of all posts
NEWEST = datetime(2026, 1, 1, 9, 0, tzinfo=UTC)
SPAN = timedelta(days=20 * 365)
CHUNK = 1_000

Rows = Iterator[dict[str, Any]]


def _random(what: str) -> random.Random:
    return random.Random(f"{library.SEED} variety {what}")


@cache
def vocabulary() -> list[str]:
    """Return artificial words, the most common first: short ones are common, as in a language."""
    dice, unique = _random("words"), dict.fromkeys(["the"])
    starts = "b br c ch cl d dr f fl g gr h j k l m n p pl pr qu r s sh st t th tr v w".split()
    vowels, ends = "a e i o u ai ea io ou".split(), "n r s t l m d nd st ck ng".split()
    while len(unique) < VOCABULARY:
        count = 1 + (len(unique) > 40) * (dice.random() < 0.9) + (len(unique) > 2_000) * (dice.random() < 0.7)
        parts = [dice.choice(starts) + dice.choice(vowels) for _ in range(count)]
        unique.setdefault("".join(parts) + dice.choice(ends), None)
    return list(unique)


@cache
def _weights(count: int) -> list[float]:
    return list(accumulate(1 / rank for rank in range(1, count + 1)))


def words(dice: random.Random, count: int) -> list[str]:
    """Return `count` words, the frequent ones more often."""
    return dice.choices(vocabulary(), cum_weights=_weights(VOCABULARY), k=count)


def characters(dice: random.Random, count: int) -> str:
    """Return `count` Chinese characters, the frequent ones more often."""
    choices = [chr(0x4E00 + 3 * rank) for rank in range(CHARACTERS)]
    return "".join(dice.choices(choices, cum_weights=_weights(CHARACTERS), k=count))


def text(dice: random.Random) -> str:
    """Return a text in paragraphs, in artificial words or in Chinese."""
    count = round(SHORTEST + (LONGEST - SHORTEST) * dice.random() ** 2)
    if dice.random() < CHINESE:
        chinese = characters(dice, count)
        return "\n\n".join(f"{chinese[start : start + 90]}。" for start in range(0, count, 90))
    all_words = words(dice, count)
    return "\n\n".join(" ".join(all_words[start : start + 70]) + "." for start in range(0, count, 70))


def post_rows(size: int) -> Rows:
    """Yield all posts, the oldest first."""
    dice = _random("posts")
    for number in range(1, size + 1):
        body = text(dice)
        chinese = body > "\u3000"
        title = characters(dice, 8) if chinese else " ".join(words(dice, 6)).capitalize()
        html = "".join(f"<p>{part}</p>\n" for part in body.split("\n\n"))
        when = NEWEST - SPAN * ((size - number) / size)
        yield {
            "id": number, "guid": str(UUID(int=number, version=4)), "kind": "post", "version": 1, "unlisted": False,
            "slug": f"post-{number}", "title": title, "summary": body[:120] if dice.random() < 0.5 else "",
            "created_at": when, "published_at": when, "body": body, "html": html, "feed_html": html,
            "words": len(body.split()), "extract": body[:200], "renderer": RENDERER_VERSION,
        }  # fmt: skip


def fill(size: int) -> None:
    """Write the library and its search index into the blog of the open application context, in one transaction."""
    with write_transaction() as session:
        session.execute(insert(Tag), library.tag_rows())
        for chunk in library.chunks(post_rows(size), CHUNK):
            session.execute(insert(Post), chunk)
            ids = [row["id"] for row in chunk]
            dice = _random(f"tags {ids[0]}")
            session.execute(insert(post_tag), [
                {"post_id": number, "tag_id": tag, "position": place}
                for number in ids
                for place, tag in enumerate([1, *dice.sample(range(2, library.TAGS + 1), library.TAGS_OF_A_POST - 1)])
            ])  # fmt: skip
            index.index_posts(session, ids)
