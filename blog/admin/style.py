"""The style page: every element of the public pages, as this blog's settings show it."""

from dataclasses import replace
from datetime import UTC, datetime

from flask.typing import ResponseReturnValue

from blog import paths
from blog.admin import responses
from blog.admin.blueprint import bp, current_person
from blog.core.db.pager import Pager
from blog.core.editor import preview
from blog.core.editor.fields import Fields
from blog.core.media import library
from blog.core.posts.article import Article, MorePosts
from blog.core.posts.summaries import PostSummary

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
# Titles that lists must show well: a short one, a long one, one from right to left.
TITLES = (
    ("The river", "What a summary adds to a title that says nearly everything.", "en"),
    ("A title that goes on for two or three lines wherever its column is narrow", "And its summary.", "en"),
    ("عنوان يُقرأ من اليمين إلى اليسار", "وملخص قصير تحته.", "ar"),
)


@bp.get("/style/")
def style() -> ResponseReturnValue:
    """Show every element, for people who change the styles or look up what a Markdown mark becomes."""
    article = _sample()
    summaries = [_summary(number, *texts) for number, texts in enumerate(TITLES, 1)]
    around = MorePosts(summaries[0], summaries[1], summaries)
    return responses.page(
        "admin/style.html", post=article, contents=article.contents, around=around, summaries=summaries,
        pager=PAGER, colours=COLOURS, sizes=SIZES,
        edit_address=lambda _post: "",  # nobody can edit the sample
    )  # fmt: skip


def _sample() -> Article:
    text = (paths.samples() / SAMPLE).read_text("utf-8").split("---\n", 2)[2]
    fields = Fields(
        title="Every element of a page", summary="In the colours, the typeface and the links of this blog.",
        body=_with_own_picture(text), tags=["Writing", "Guide"], language="en", cover=_newest_picture() or None,
    )  # fmt: skip
    article, _text = preview.preview_article(fields, author_id=current_person().id)
    return replace(article, published_at=DAY, updated_at=DAY.replace(day=20))


def _with_own_picture(text: str) -> str:
    """Show a picture of this blog's library in the sample, in each width; if there is none, drop the sample's own."""
    picture = _newest_picture()
    if picture:
        return f"{text}\n{WIDTHS}".replace(f"]({PICTURE}", f"]({picture}")
    return "\n".join(line for line in text.split("\n") if f"]({PICTURE}" not in line)


def _newest_picture() -> str:
    return next((library.image_file(row).address for row in library.newest_images()), "")


def _summary(number: int, title: str, summary: str, language: str) -> PostSummary:
    return PostSummary(-number, "post", f"sample-{number}", title, summary, "", language, 230 * number, DAY)
