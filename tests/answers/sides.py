"""The two sides of the comparison: a checkout each, with folders of its own and the rules for its answers."""

import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from typing import TypeVar

from tests.answers.answer import Answer
from tests.answers.checkout import Checkout, Forks
from tests.answers.compare import Comparison
from tests.answers.normalize import Normalizer, apply_rules

T = TypeVar("T")


@dataclass
class Side:
    """A checkout, the folder in which its blogs and files lie, what runs its commands, and its rules.

    The other checkout's side has the number 0, ours 1.
    """

    number: int
    checkout: Checkout
    folder: Path
    forks: Forks
    normalizer: Normalizer = field(default_factory=Normalizer)

    def begin(self, known_ids: Collection[str], zone: tzinfo, literals: Mapping[str, str] | None = None) -> None:
        """Begin a part of the comparison: its own random ids, its own beginning."""
        placeholders = {**(literals or {}), str(self.folder): "<folder>", str(self.checkout.root): "<checkout>"}
        self.normalizer = Normalizer(placeholders, known_ids, datetime.now(UTC), zone)


@dataclass
class Sides:
    """The other checkout's side, ours, and what was compared of them."""

    other: Side
    ours: Side
    pool: ThreadPoolExecutor
    comparison: Comparison = field(default_factory=Comparison)

    def __iter__(self) -> Iterator[Side]:
        return iter((self.other, self.ours))

    def both(self, act: Callable[[Side], T]) -> list[T]:
        """Return what an act gives for each side; they run at the same time."""
        return list(self.pool.map(act, self))

    def compare(self, kind: str, question: str, answers: list[Answer], *, same_bytes: bool = True) -> bool:
        """Compare the answers of both; see Comparison."""
        normalizers = [side.normalizer for side in self]
        question = apply_rules(question)
        return self.comparison.compare(kind, question, answers, normalizers, same_bytes=same_bytes)


@contextmanager
def open_sides(other: Checkout, ours: Checkout) -> Iterator[Sides]:
    """Keep folders, processes and threads for both while the block runs."""
    with ExitStack() as stack:
        # A process that ends late may still write there: what was compared must be told all the same.
        temporary = tempfile.TemporaryDirectory(prefix="answers-", ignore_cleanup_errors=True)
        folder = Path(stack.enter_context(temporary)).resolve()
        sides = []
        # Folders of equal length: what is laid out in columns, or cut to a length, is so alike.
        for number, checkout in enumerate((other, ours)):
            own = folder / str(number)
            forks = stack.enter_context(checkout.forks(own / "forks"))
            sides.append(Side(number, checkout, own, forks))
        pool = stack.enter_context(ThreadPoolExecutor(2))
        yield Sides(sides[0], sides[1], pool)
