"""Numbered pages: which numbers make sense, and where the neighbours are."""

from dataclasses import dataclass

from flask import Flask
from werkzeug.routing import BaseConverter

from blog.core.errors import NotFound

PAGE_SIZE = 10


class PageNumberConverter(BaseConverter):
    """A page's number from 1 to 999,999, written in one way only."""

    regex = r"[1-9][0-9]{0,5}"

    def to_python(self, value: str) -> int:
        """The number."""
        return int(value)


class RowIdConverter(BaseConverter):
    """The number of a row, written in one way only; none that is longer than the database can count."""

    regex = r"[1-9][0-9]{0,17}"

    def to_python(self, value: str) -> int:
        """The number."""
        return int(value)


class YearConverter(BaseConverter):
    """A year of four digits."""

    regex = r"[1-9][0-9]{3}"

    def to_python(self, value: str) -> int:
        """The number."""
        return int(value)


@dataclass(frozen=True)
class Pager:
    """Where a reader is among numbered pages."""

    number: int
    total: int
    size: int = PAGE_SIZE

    @property
    def pages(self) -> int:
        """How many pages there are; an empty list has one."""
        return max(1, -(-self.total // self.size))

    @property
    def newer(self) -> int | None:
        """The page before, if any."""
        return self.number - 1 if self.number > 1 else None

    @property
    def older(self) -> int | None:
        """The page after, if any."""
        return self.number + 1 if self.number < self.pages else None


def make_pager(number: int, total: int, size: int = PAGE_SIZE) -> Pager:
    """The pager of a page. Raises Missing past the end."""
    pager = Pager(number, total, size)
    if number > pager.pages:
        raise NotFound("There are not that many pages.")
    return pager


def init_app(app: Flask) -> None:
    """Teach addresses what a page's number, a row's number and a year are."""
    app.url_map.converters["number"] = RowIdConverter
    app.url_map.converters["page"] = PageNumberConverter
    app.url_map.converters["year"] = YearConverter
