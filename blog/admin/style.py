"""The style page: every element that readers meet, in the blog's looks of today."""

from dataclasses import replace
from datetime import UTC, datetime

from flask.typing import ResponseReturnValue

from blog import paths
from blog.admin import responses
from blog.admin.blueprint import bp, current_person
from blog.core.editor import preview
from blog.core.editor.fields import Fields
from blog.core.media import library
from blog.core.posts.article import Article, MorePosts
from blog.core.posts.summaries import PostSummary
from blog.web.pagination import Pager

SAMPLE = "writing-in-markdown.md"
PICTURE = "desk.png"
WIDTHS = """
## Widths of pictures

![](desk.png "Wider than the text"){.wide}

![](desk.png "Half the measure"){width=50%}

![](desk.png "From edge to edge"){.full}
"""
DAY = datetime(2026, 1, 18, 8, tzinfo=UTC)
PAGER = Pager(2, 30)
COLOURS = ("paper", "wash", "hair", "rule", "soft", "ink", "link", "visited")
SIZES = ("h0", "h1", "h2", "h3", "h4", "lead", "size", "byline", "small", "tiny")
# Titles that lists have to stand: a short one, a long one, one that runs the other way.
TITLES = (
    ("The river", "What a summary adds to a title that says nearly everything.", "en"),
    ("A title that goes on for two or three lines wherever its column is narrow", "And its summary.", "en"),
    ("عنوان يُقرأ من اليمين إلى اليسار", "وملخص قصير تحته.", "ar"),
)


@bp.get("/style/")
def style() -> ResponseReturnValue:
    """Every element of a page: for whoever changes the looks, and for whoever wonders what a mark becomes."""
    article = _sample()
    teasers = [_teaser(number, *words) for number, words in enumerate(TITLES, 1)]
    around = MorePosts(teasers[0], teasers[1], teasers)
    return responses.page(
        "admin/style.html", post=article, contents=article.contents, around=around, teasers=teasers,
        pager=PAGER, colours=COLOURS, sizes=SIZES,
        edit_address=lambda _post: "",  # nobody can edit the sample
    )  # fmt: skip


def _sample() -> Article:
    text = (paths.samples() / SAMPLE).read_text("utf-8").split("---\n", 2)[2]
    fields = Fields(
        title="Every element of a page", summary="In the colours, the typeface and the links of this blog.",
        body=_illustrated(text), tags=["Writing", "Guide"], language="en", cover=_picture() or None,
    )  # fmt: skip
    article, _text = preview.preview_article(fields, by=current_person().id)
    return replace(article, published_at=DAY, updated_at=DAY.replace(day=20))


def _illustrated(text: str) -> str:
    """The sample with a picture of this blog's library in the place of its own, in each width; without any, without."""
    picture = _picture()
    if picture:
        return f"{text}\n{WIDTHS}".replace(f"]({PICTURE}", f"]({picture}")
    return "\n".join(line for line in text.split("\n") if f"]({PICTURE}" not in line)


def _picture() -> str:
    return next((library.image_file(row).address for row in library.newest_images()), "")


def _teaser(number: int, title: str, summary: str, language: str) -> PostSummary:
    return PostSummary(-number, "post", f"sample-{number}", title, summary, "", language, 230 * number, DAY)
