"""Numbered pages of a list. Pure."""

from dataclasses import dataclass

from blog.core.errors import NotFound

PAGE_SIZE = 10


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
    def start(self) -> int:
        """Return the number of items before this page."""
        return self.size * (self.number - 1)

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
