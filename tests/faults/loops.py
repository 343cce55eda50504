"""Commands that are killed: each leaves what was there before or all that it was to do, and finishes the next time."""

import random
import shutil
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from blog import config
from blog.commands import open_app
from blog.extensions import sqlite_driver
from tests.faults.killing import Tally, length, moments, strike
from tests.faults.living import command_line
from tests.later_schema import LATER, OLDER, later_schema
from tests.transfer.library import files, rows, text
from tests.world import SITE_URL, Blog, run, write

TEXTS = 150
POSTS = 400
MORE = 5
OWN = ("custom.css", "templates/", "media/")
# Posts like the first one, but for their numbers.
GROW = """
INSERT INTO post SELECT {columns} FROM (SELECT * FROM post LIMIT 1) AS first,
(WITH RECURSIVE numbers(n) AS (SELECT 1000 UNION ALL SELECT n + 1 FROM numbers WHERE n < 1000 + {posts} - 1)
SELECT n FROM numbers)
"""


@dataclass
class Trial:
    """A command under the knife: on what it works, when it has begun, and what must hold after each kill."""

    instance: Path
    command: list[str]
    begun: Callable[[], object]
    look: Callable[[], list[str]]
    finished: Callable[[], list[str]]


def _killed(operation: str, rounds: int, prepare: Callable[[int], Trial]) -> Tally:
    """Rounds in which a command is killed at a moment of its own; then it is run again, and must finish."""
    tally, first = Tally(operation), prepare(0)
    seconds = length(first.command, first.begun)
    tally.half += first.finished()
    for after in _until_inside(tally, moments(rounds, seconds, random.Random(operation))):
        with tally.round():
            trial = prepare(tally.rounds)
            inside = strike(trial.command, trial.begun, after)
            tally.inside += inside
            tally.acknowledged += not inside
            tally.half += [f"{operation}, round {tally.rounds}: {wrong}" for wrong in trial.look()]
            if not inside:
                tally.lost += trial.finished()
            length(trial.command, trial.begun)
            tally.half += trial.finished()
            tally.judge(trial.instance)
            shutil.rmtree(trial.instance)
    return tally


def _until_inside(tally: Tally, planned: list[float]) -> Iterator[float]:
    """The moments at which to kill; were all too late, since the machine is quicker than it was, some that are not."""
    yield from planned
    for _ in range(MORE):
        if not tally.inside:
            yield 0.0  # as soon as the work has begun


def import_(rounds: int, folder: Path, seed: Path) -> Tally:
    """Many texts that are imported: all of them or none."""
    library = folder / "library"
    for number in range(TEXTS):
        write(library, f"text-{number}.md", text(f"Text {number}", f"Text *{number}*.", date="2024-05-01", tags="One"))

    def prepare(number: int) -> Trial:
        instance = shutil.copytree(seed, folder / f"instance-{number}")
        had = _posts(instance)

        def look() -> list[str]:
            came = _posts(instance) - had
            return [] if came in (0, TEXTS) else [f"{came} of {TEXTS} texts"]

        return Trial(
            instance, command_line(instance, "import", str(library)), lambda: True, look,
            lambda: _wrong("texts", _posts(instance) - had, TEXTS) + _drafts(instance),
        )  # fmt: skip

    return _killed("import", rounds, prepare)


def upgrade(rounds: int, folder: Path, seed: Path) -> Tally:
    """A database that is upgraded to a later schema: it has the old schema or the new one, and all its posts."""
    grown = grow(shutil.copytree(seed, folder / "grown"))

    def prepare(number: int) -> Trial:
        instance = shutil.copytree(grown, folder / f"instance-{number}")
        posts, bodies = _posts(instance), rows(instance, "SELECT id, title, body FROM post ORDER BY id")

        def look() -> list[str]:
            ((version,),) = rows(instance, "SELECT version_num FROM schema_version")
            kept = rows(instance, "SELECT id, title, body FROM post ORDER BY id") == bodies
            return _wrong("schema", version in (OLDER, LATER), True) + _wrong("posts kept", kept, True)

        def finished() -> list[str]:
            wrong = _wrong("schema", rows(instance, "SELECT version_num FROM schema_version"), [(LATER,)])
            indexed = rows(instance, "SELECT count(*) FROM search")[0][0]
            return wrong + _wrong("posts", _posts(instance), posts) + _wrong("found", indexed > POSTS, True) + look()

        command = command_line(instance, "list", module="tests.later_schema")
        return Trial(instance, command, (instance / ".upgrade.lock").exists, look, finished)

    with later_schema():
        return _killed("upgrade", rounds, prepare)


def grow(instance: Path) -> Path:
    """Give a blog some hundred posts, which the upgrade has to index."""
    with closing(sqlite_driver().connect(instance / "blog.db")) as connection:
        names = [row[1] for row in connection.execute("PRAGMA table_info(post)")]
        changed = {"id": "n", "guid": "'guid-' || n", "slug": "'grown-' || n", "origin": "NULL"}
        connection.execute(GROW.format(columns=", ".join(changed.get(name, name) for name in names), posts=POSTS))
        connection.commit()
    return instance


def backup(rounds: int, folder: Path, seed: Path) -> Tally:
    """Backups into a file: none or a whole one is there, and no earlier one is harmed."""
    target = folder / "backups" / "blog.zip"
    earlier = target.with_name("earlier.zip")
    target.parent.mkdir()
    assert run(seed, "backup", str(earlier)).status == 0
    kept = earlier.read_bytes()

    def prepare(number: int) -> Trial:
        target.unlink(missing_ok=True)
        instance = shutil.copytree(seed, folder / f"instance-{number}")
        there = set(folder.rglob("*"))

        def look() -> list[str]:
            torn = target.exists() and not _whole(target)
            return _wrong("torn", torn, False) + _wrong("earlier backup", earlier.read_bytes() == kept, True)

        def finished() -> list[str]:
            names = sorted(file.name for file in target.parent.iterdir())
            return (
                _wrong("backups", names, ["blog.zip", "earlier.zip"]) + _wrong("whole", _whole(target), True) + look()
            )

        command = command_line(instance, "backup", str(target))
        return Trial(instance, command, lambda: set(folder.rglob("*")) - there, look, finished)

    return _killed("backup", rounds, prepare)


def restore(rounds: int, folder: Path, seed: Path) -> Tally:
    """A blog that is restored over another one: after a kill it is wholly the one or the other."""
    other, archive = shutil.copytree(seed, folder / "other"), folder / "other.zip"
    with open_app(config.load(other, environ={}, site_url=SITE_URL)) as app:
        for number in range(30):
            Blog(app, other).make_post(f"Restored {number}", body="Words that come back. " * 500)
    assert run(other, "config", "title", "The other one").status == 0
    write(other, "custom.css", "h1 { color: teal }\n")
    write(other, "templates/reader/colophon.html", "Other words.\n")
    assert run(other, "backup", str(archive)).status == 0
    new = _state(other)

    def prepare(number: int) -> Trial:
        instance = shutil.copytree(seed, folder / f"instance-{number}")
        write(instance, "custom.css", "h1 { color: maroon }\n")
        before, there = _state(instance), set(instance.rglob("*"))

        def look() -> list[str]:
            return _wrong("one of both", _state(instance) in (before, new), True)

        def begun() -> object:
            return set(instance.rglob("*")) - there

        command = command_line(instance, "restore", str(archive))
        return Trial(instance, command, begun, look, lambda: _wrong("restored", _state(instance) == new, True))

    return _killed("restore", rounds, prepare)


def _state(instance: Path) -> tuple[object, ...]:
    """What readers and owners see of a blog: its texts, its title, its looks, its pictures."""
    listed, title = run(instance, "list", "--json"), run(instance, "config", "title")
    assert (listed.status, title.status) == (0, 0), listed.err + title.err
    own = {
        name: data for name, data in files(instance).items() if name.startswith(("custom.css", "templates/", "media/"))
    }
    with open_app(config.load(instance, environ={}, site_url=SITE_URL)) as app:
        pages = [Blog(app, instance).get(path).data for path in ("/", "/feed.xml", "/posts/diplomatic-relations/")]
    return listed.out, title.out, own, pages


def _whole(file: Path) -> bool:
    with zipfile.ZipFile(file) as archive:
        return archive.testzip() is None


def _posts(instance: Path) -> int:
    return int(rows(instance, "SELECT count(*) FROM post")[0][0])


def _drafts(instance: Path) -> list[str]:
    return [f"{file.name} stays" for file in instance.glob(".import-*")]


def _wrong(what: str, found: object, expected: object) -> list[str]:
    return [] if found == expected else [f"{what}: {found}, not {expected}"]
