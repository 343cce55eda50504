"""Compare answers part by part; count them, and keep what differs as short unified diffs."""

import difflib
import hashlib
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.answers.answer import Answer
from tests.answers.expected import EXPECTED, Expected
from tests.answers.normalize import Normalizer

LINES = 16
LONGEST_LINE = 220
# What describes the bytes of a body, which differ where a rule replaced something in it.
VALIDATORS = re.compile(r"^(etag|content-length): .*$", re.MULTILINE)


@dataclass(frozen=True)
class Difference:
    """One part of an answer that differs, with the lines of its diff."""

    heading: str
    part: str
    lines: Sequence[str]

    def __str__(self) -> str:
        return "\n".join([f"{self.heading} – {self.part}", *(f"    {line}" for line in self.lines)])


@dataclass
class Comparison:
    """What was compared so far, by kind of question."""

    expected: Sequence[Expected] = EXPECTED
    compared: Counter[str] = field(default_factory=Counter)
    differing: Counter[str] = field(default_factory=Counter)
    differences: list[Difference] = field(default_factory=list)
    used: set[Expected] = field(default_factory=set)

    def compare(
        self,
        kind: str,
        question: str,
        answers: Sequence[Answer],
        normalizers: Sequence[Normalizer],
        *,
        same_bytes: bool = True,
    ) -> bool:
        """Compare the other checkout's answer (first) with ours; return whether their bodies are the same bytes.

        If these are not, or if `same_bytes` says so of the body that a bodiless answer belongs to, validators are not
        compared: they follow from the bytes.
        """
        heading, (before, after) = f"{kind} {question}", answers
        same_bytes = same_bytes and before.parts.get("body") == after.parts.get("body")
        differences = []
        for part in [*before.parts, *(name for name in after.parts if name not in before.parts)]:
            pair = [answer.parts.get(part) for answer in answers]
            lines = self._diff(heading, part, pair, normalizers, same_bytes)
            if lines:
                differences.append(Difference(heading, part, lines))
        self.compared[kind] += 1
        self.differing[kind] += bool(differences)
        self.differences += differences
        return same_bytes

    def _diff(
        self,
        heading: str,
        part: str,
        pair: Sequence[bytes | None],
        normalizers: Sequence[Normalizer],
        same_bytes: bool,
    ) -> list[str]:
        """Return the lines of a diff, none if the part is the same in both answers."""
        before, after = (_text(data) for data in pair)
        if before is None or after is None:
            return [] if pair[0] == pair[1] else [f"- {_describe(pair[0])}", f"+ {_describe(pair[1])}"]
        before, after = normalizers[0].normalize(before), normalizers[1].normalize(after)
        if part == "headers" and not same_bytes:
            before, after = (VALIDATORS.sub(r"\1: <of other bytes>", text) for text in (before, after))
        if before != after:
            before = self._as_expected(heading, before, after)
        return [] if before == after else _lines(before, after)

    def _as_expected(self, heading: str, before: str, after: str) -> str:
        for each in self.expected:
            if before == after:
                break
            result = each.apply(heading, before)
            if result != before:
                self.used.add(each)
                before = result
        return before

    @property
    def unused(self) -> list[Expected]:
        """The expected differences that no answer showed."""
        return [each for each in self.expected if each not in self.used]

    def table(self) -> str:
        """Return the figures by kind."""
        rows = [
            (kind, number, number - self.differing[kind], self.differing[kind])
            for kind, number in self.compared.items()
        ]
        totals = [sum(row[column] for row in rows) for column in (1, 2, 3)]
        lines = [f"{'kind':<20}{'compared':>10}{'equal':>10}{'different':>11}"]
        lines += [f"{kind:<20}{all_:>10,}{equal:>10,}{differ:>11,}" for kind, all_, equal, differ in rows]
        return "\n".join([*lines, f"{'all':<20}{totals[0]:>10,}{totals[1]:>10,}{totals[2]:>11,}"])


def _text(data: bytes | None) -> str | None:
    """Return what can be read as text; None for other bytes, or if there is no such part."""
    if data is None:
        return None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _describe(data: bytes | None) -> str:
    if data is None:
        return "nothing"
    return f"{len(data):,} bytes, SHA-256 {hashlib.sha256(data).hexdigest()[:16]}"


def _lines(before: str, after: str) -> list[str]:
    """Return the lines of a unified diff, of a long one its beginning and its end; at least one if the texts differ."""
    diff = list(difflib.unified_diff(before.split("\n"), after.split("\n"), lineterm="", n=0))[2:]
    lines = [_shorten(line, diff) for line in diff]
    if len(diff) <= LINES:
        return lines
    half = LINES // 2  # the end of what a crash prints says most
    return [*lines[:half], f"... {len(diff) - 2 * half} more lines ...", *lines[-half:]]


def _shorten(line: str, diff: Sequence[str]) -> str:
    """Return a line, or of a long one the part in which it differs from the line of the other side."""
    line = line.replace("\r", "␍")
    if len(line) <= LONGEST_LINE:
        return line
    other = next((each for each in diff if each[0] in "+-" and each[0] != line[0] and _start(each, line) > 20), "")
    start = max(_start(other, line) - 60, 1) if other else 1
    return f"{line[0]}{'…' if start > 1 else ''}{line[start : start + LONGEST_LINE]}…"


def _start(one: str, other: str) -> int:
    """Return how many characters after the first are alike."""
    return next(
        (n for n, (a, b) in enumerate(zip(one[1:], other[1:], strict=False), 1) if a != b), min(len(one), len(other))
    )
