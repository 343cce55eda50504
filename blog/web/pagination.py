"""The converters of numbers in URLs."""

from flask import Flask
from werkzeug.routing import BaseConverter


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


def init_app(app: Flask) -> None:
    app.url_map.converters |= {"number": RowIdConverter, "page": PageNumberConverter, "year": YearConverter}
