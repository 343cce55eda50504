"""The shapes of what JSON columns hold, and what follows from a post's own words. Pure modules may know them."""

from datetime import datetime
from typing import TYPE_CHECKING, NotRequired, TypedDict

# The version of what core.markdown.render makes of a text: raise it when that changes, and stored texts are rendered
# again.
RENDERER = 3


class Heading(TypedDict):
    """One entry of a contents list."""

    level: int
    id: str
    text: str


class Picture(TypedDict):
    """A picture that a text shows."""

    src: str
    alt: str
    width: int | None
    height: int | None
    widths: NotRequired[list[int]]  # of its files, where it has twins: see core.images.variants


class NamedLink(TypedDict):
    """A link as settings hold it: a place where the author can be followed, an entry of the menu."""

    name: str
    address: str


class Written:
    """What follows from what a post says, wherever it was loaded to. Needs only the columns that each names."""

    if TYPE_CHECKING:
        # Not seen by SQLAlchemy, which would make columns of them a second time.
        summary: str
        extract: str
        words: int
        published_at: datetime | None
        updated_at: datetime | None
        cover: str | None
        pictures: list[Picture]

    @property
    def standfirst(self) -> str:
        """The summary, or the opening words when the author gave none."""
        return self.summary or self.extract

    @property
    def minutes(self) -> int:
        """Reading time at 230 words a minute, at least one."""
        return max(1, round(self.words / 230))

    @property
    def revised_at(self) -> datetime | None:
        """When the text last changed materially after its publication, if it did."""
        later = self.updated_at and self.published_at and self.updated_at > self.published_at
        return self.updated_at if later else None

    @property
    def cover_picture(self) -> Picture | None:
        """The cover when it is kept here, with its size; it was put before the pictures of the text."""
        here = self.cover and self.cover.startswith("/media/") and self.pictures
        return self.pictures[0] if here else None
