"""The types of JSON columns, and properties computed from a post's columns. Pure modules may import them."""

from datetime import datetime
from typing import TYPE_CHECKING, NotRequired, TypedDict

# The version of core.markdown.render. Raise it when the output changes: stored texts are then rendered again.
RENDERER_VERSION = 3


class Heading(TypedDict):
    """An entry of a table of contents."""

    level: int
    id: str
    text: str


class Picture(TypedDict):
    """A picture in a text."""

    src: str
    alt: str
    width: int | None
    height: int | None
    widths: NotRequired[list[int]]  # of its files, if it has variants: see core.images.variants


class NamedLink(TypedDict):
    """A link in the settings: an entry of the menu, or a profile of the author."""

    name: str
    address: str


class PostProperties:
    """Properties of a post, for the model and for smaller classes that hold some columns: each needs only the columns
    that it names."""

    if TYPE_CHECKING:
        # Only for mypy: SQLAlchemy would make columns of them a second time.
        summary: str
        extract: str
        words: int
        published_at: datetime | None
        updated_at: datetime | None
        cover: str | None
        pictures: list[Picture]

    @property
    def standfirst(self) -> str:
        """The summary, or the opening words if there is none."""
        return self.summary or self.extract

    @property
    def minutes(self) -> int:
        """Reading time at 230 words a minute, at least one."""
        return max(1, round(self.words / 230))

    @property
    def revised_at(self) -> datetime | None:
        """When the text last changed after publication (minor edits do not count), or None."""
        later = self.updated_at and self.published_at and self.updated_at > self.published_at
        return self.updated_at if later else None

    @property
    def cover_picture(self) -> Picture | None:
        """The cover with its size, if it is stored in this blog: `pictures` then begins with it."""
        is_stored = self.cover and self.cover.startswith("/media/") and self.pictures
        return self.pictures[0] if is_stored else None
