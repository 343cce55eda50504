"""Measure search: the engine alone and over HTTP, with a mix of questions that never changes."""

import http.client
import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import quantiles
from urllib.parse import quote

from bench import library, pages, report, servers, variety
from bench.client import WrongResponse, read_response
from bench.measures import Plan, Progress
from bench.report import Row
from blog import config
from blog.commands import open_app
from blog.core.search import results as engine
from blog.extensions import db

QUESTIONS_PER_KIND = 25
ROUNDS = 4
Times = dict[str, list[float]]

SECTION = """## How search was measured

Measured on {now:%Y-%m-%d}, by a whole run or by `python -m bench --only search`, which writes only this section and the
rows named “search”. Machine: {on}.

{table}

The {size:,} posts have texts of their own, of {words} made-up words spread as in a language (Zipf's law): the most
common one stands in every post, the twentieth in three quarters of them, most in a handful; one post in fifty is
Chinese. {count} questions of {kinds} kinds are asked in {rounds} rounds, each in another order, one after the other, by
one asker; the first round is not counted. Times are those of the clock, on a machine that is shared; where processor
time is told, it was measured in rounds of its own. “Engine” is a call of `blog.core.search.results.search_public` in a
transaction of its own: ranking, ten posts with title and passage, all but the page. Over HTTP it is the whole answer,
never from the page cache. The index takes {index:.0f} MB beside {posts:.0f} MB of posts.
"""
HEAD = """| milliseconds | engine p50 | p99 | most | HTTP p50 | p99 | most |
|---|---:|---:|---:|---:|---:|---:|
"""


def questions() -> dict[str, list[str]]:
    """Return the questions by kind: the same on every machine."""
    dice = random.Random(f"{library.SEED} questions")
    words = variety.vocabulary()

    def pick(first: int, last: int) -> str:
        return words[dice.randrange(first, last)]

    def character() -> str:
        return variety.characters(dice, 1)

    kinds: dict[str, Callable[[], str]] = {
        "a rare word": lambda: pick(8_000, 60_000),
        "a word of some hundred posts": lambda: pick(3_000, 8_000),
        "a common word": lambda: pick(20, 400),
        "a very common word": lambda: pick(0, 20),
        "a rare and a common word": lambda: f"{pick(0, 60)} {pick(3_000, 40_000)}",
        "several words": lambda: " ".join(pick(10, 3_000) for _ in range(dice.randint(3, 6))),
        "several common words": lambda: " ".join(pick(0, 60) for _ in range(dice.randint(2, 5))),
        "one word left out": lambda: f"{pick(1_000, 30_000)} -{pick(0, 100)}",
        "a phrase": lambda: f'"{pick(0, 40)} {pick(0, 400)}"',
        "three letters": lambda: pick(2_000, 60_000)[:3],
        "a long beginning": lambda: pick(2_000, 60_000)[:5],
        "a tag": lambda: library.tag_rows()[dice.randrange(0, library.TAGS)]["name"],
        "one to three characters": lambda: variety.characters(dice, dice.randint(1, 3)),
        "nothing found": lambda: f"{pick(0, 300)} {character()}{pick(0, 9)}xq",
    }
    return {kind: [make() for _ in range(QUESTIONS_PER_KIND)] for kind, make in kinds.items()}


def measure(folder: Path, keep: Path | None, plan: Plan, progress: Progress) -> tuple[list[Row], str]:
    """Return the rows of the table, and the section that explains them."""
    size = plan.sizes[-1]
    instance = folder / "varied"
    library.create_or_copy(instance, size, keep, progress, variety.fill)
    by_kind = questions()
    progress("search, the engine alone")
    engine_times, cpu_times, megabytes = _engine_times(instance, by_kind)
    progress("search over HTTP")
    with servers.broadsheet(instance, folder / "log") as blog:
        http_times = _http_times(blog.port, by_kind)
    remark = f"{sum(map(len, by_kind.values()))} questions of {len(by_kind)} kinds"
    engine_remark = remark + _slowest_remark(engine_times) + _cpu_remark(cpu_times)
    http_remark = remark + _slowest_remark(http_times)
    rows = [
        Row(f"search, engine, {size:,} posts", _figures(engine_times), pages.SEARCH, engine_remark),
        Row(f"search, one reader, {size:,} posts", _figures(http_times), pages.SEARCH, http_remark),
    ]
    return rows, _section(engine_times, http_times, size, megabytes)


def _engine_times(instance: Path, by_kind: dict[str, list[str]]) -> tuple[Times, Times, tuple[float, float]]:
    """Return times on the clock, processor times, and the megabytes of the index and of everything else."""
    with open_app(config.load(instance, environ={}, site_url=library.SITE_URL)):

        def ask(question: str) -> None:
            db.session.rollback()
            engine.search_public(question)

        times = _time_questions(by_kind, ask)
        cpu_times = _time_questions(by_kind, ask, time.process_time)
        sizes = db.session.connection().exec_driver_sql(
            "SELECT (SELECT sum(length(block)) FROM search_data), page_count * page_size"
            " FROM pragma_page_count, pragma_page_size"
        )
        index, whole = sizes.one()
    return times, cpu_times, (index / 1e6, (whole - index) / 1e6)


def _http_times(port: int, by_kind: dict[str, list[str]]) -> Times:
    with _connection(port) as connection:

        def ask(question: str) -> None:
            connection.request("GET", f"/search/?q={quote(question)}")
            response = read_response(connection)
            if response.status != 200 or b'role="search"' not in response.body:
                raise WrongResponse(f"A search for {question} answered {response.status}.")

        return _time_questions(by_kind, ask)


@contextmanager
def _connection(port: int) -> Iterator[http.client.HTTPConnection]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        yield connection
    finally:
        connection.close()


def _time_questions(
    by_kind: dict[str, list[str]], ask: Callable[[str], None], clock: Callable[[], float] = time.perf_counter
) -> Times:
    """Return the milliseconds of each question, by kind."""
    order = [(kind, question) for kind, questions in by_kind.items() for question in questions]
    dice = random.Random(library.SEED)
    times: Times = {kind: [] for kind in by_kind}
    for turn in range(ROUNDS + 1):
        dice.shuffle(order)
        for kind, question in order:
            began = clock()
            ask(question)
            if turn:
                times[kind].append((clock() - began) * 1000)
    return times


def _percentiles(times: Sequence[float]) -> tuple[float, float, float]:
    """Return the median, the 99th percentile and the maximum."""
    cuts = quantiles(times, n=100, method="inclusive")
    return cuts[49], cuts[98], max(times)


def _figures(times: Times) -> dict[str, float]:
    p50, p99, _most = _percentiles([value for kind in times.values() for value in kind])
    return {"p50_ms": p50, "p99_ms": p99}


def _cpu_remark(times: Times) -> str:
    p50, p99, _most = _percentiles([value for kind in times.values() for value in kind])
    return f"; {p50:.1f} ms CPU p50, {p99:.1f} p99"


def _slowest_remark(times: Times) -> str:
    return f"; {max(value for kind in times.values() for value in kind):.0f} ms at most"


def _section(engine_times: Times, http_times: Times, size: int, megabytes: tuple[float, float]) -> str:
    figures = {kind: (*_percentiles(engine_times[kind]), *_percentiles(http_times[kind])) for kind in engine_times}
    lines = [f"| {kind} | {' | '.join(f'{value:.1f}' for value in row)} |" for kind, row in figures.items()]
    return SECTION.format(
        now=datetime.now(UTC),
        on=report.machine(""),
        table=HEAD + "\n".join(lines),
        size=size,
        words=f"{variety.VOCABULARY:,}",
        count=QUESTIONS_PER_KIND * len(engine_times),
        kinds=len(engine_times),
        rounds=ROUNDS + 1,
        index=megabytes[0],
        posts=megabytes[1],
    )
