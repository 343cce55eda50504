"""Numbered pages: the converters of their URLs, and the pager."""

from dataclasses import dataclass

from flask import Flask
from werkzeug.routing import BaseConverter

from blog.core.errors import NotFound

PAGE_SIZE = 10


class PageNumberConverter(BaseConverter):
    """A page number from 1 to 999,999, without leading zeros."""

    regex = r"[1-9][0-9]{0,5}"

    def to_python(self, value: str) -> int:
        return int(value)


class RowIdConverter(PageNumberConverter):
    """The id of a row, without leading zeros; never longer than the database can count."""

    regex = r"[1-9][0-9]{0,17}"


class YearConverter(PageNumberConverter):
    """A year of four digits."""

    regex = r"[1-9][0-9]{3}"


@dataclass(frozen=True)
class Pager:
    """A page among numbered pages: `total` counts items, `size` is items a page."""

    number: int
    total: int
    size: int = PAGE_SIZE

    @property
    def pages(self) -> int:
        """Return the number of pages; an empty list has one."""
        return max(1, -(-self.total // self.size))

    @property
    def newer(self) -> int | None:
        return self.number - 1 if self.number > 1 else None

    @property
    def older(self) -> int | None:
        return self.number + 1 if self.number < self.pages else None


def make_pager(number: int, total: int, size: int = PAGE_SIZE) -> Pager:
    """Return the pager of a page. Raise NotFound past the last page."""
    pager = Pager(number, total, size)
    if number > pager.pages:
        raise NotFound("There are not that many pages.")
    return pager


def init_app(app: Flask) -> None:
    app.url_map.converters["number"] = RowIdConverter
    app.url_map.converters["page"] = PageNumberConverter
    app.url_map.converters["year"] = YearConverter
