"""Look a blog over: settings, folders, database. Each finding says what to do."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from blog.config import Settings
from blog.core import outbox, schema, searchindex, tallies
from blog.core.errors import Unusable
from blog.extensions import safe_wal, sqlite_driver
from blog.migrations import HEAD
from blog.models.shapes import RENDERER

REBUILD = "`broadsheet doctor --fix` makes it anew."
SMALL_DISK = 200 * 1024 * 1024


@dataclass(frozen=True)
class Finding:
    """One thing looked at: `level` is good, note or bad."""

    level: str
    what: str
    remedy: str = ""


def examine(settings: Settings) -> Iterator[Finding]:
    """Look at everything; opens the database for reading only and mends nothing."""
    yield from _settings(settings)
    yield from _folders(settings.instance)
    file = settings.database_file
    if not file.exists() or not file.stat().st_size:
        yield from _no_database(settings)
        return
    yield from _library()
    yield from _database(file)


def _settings(settings: Settings) -> Iterator[Finding]:
    if settings.sources["site_url"] == "default":
        yield Finding(
            "note", f"Links and feeds name {settings.site_url}, which only this machine can open.",
            "Before others read it, set BLOG_SITE_URL to the address they use.",
        )  # fmt: skip
    else:
        yield Finding("good", f"Readers come to {settings.site_url}.")
    if settings.https and not settings.trusted_proxies:
        yield Finding(
            "note", "The address is https, yet no reverse proxy is trusted.", "Set BLOG_TRUSTED_PROXIES=1 behind one."
        )


def _folders(folder: Path) -> Iterator[Finding]:
    if not folder.is_dir():
        yield Finding(
            "bad",
            f"There is no instance folder {folder}.",
            f"`broadsheet --instance {folder} serve` begins a blog there.",
        )
        return
    if not os.access(folder, os.W_OK | os.X_OK):
        yield Finding("bad", f"{folder} cannot be written.", "Give it to the user that runs the blog.")
    else:
        yield Finding("good", f"The instance folder {folder} can be written.")
    disk = os.statvfs(folder)
    free = disk.f_bavail * disk.f_frsize
    if free < SMALL_DISK:
        yield Finding("bad", f"Only {free // 2**20} MB of disk are free.", "Make room: writing needs some.")
    key = folder / "secret_key"
    if key.exists() and key.stat().st_mode & 0o077:
        yield Finding("bad", "Other users of this machine can read the secret key.", f"chmod 600 {key}")


def _no_database(settings: Settings) -> Iterator[Finding]:
    try:
        schema.refuse_lost(settings)
    except Unusable as error:
        yield Finding("bad", str(error))
        return
    yield Finding("note", "There is no blog here yet.", "`broadsheet serve` begins one.")


def _library() -> Iterator[Finding]:
    driver = sqlite_driver()
    version = driver.sqlite_version
    first, second, third = (int(part) for part in version.split("."))
    name = driver.__name__.partition(".")[0]
    if safe_wal((first, second, third)):
        yield Finding("good", f"SQLite {version}, by {name}.")
    else:
        yield Finding(
            "note", f"SQLite {version}, by {name}, carries a rare bug that can lose the last writes (fixed in 3.51.3).",
            "Install pysqlite3 where it has a wheel, or a Python with a newer SQLite.",
        )  # fmt: skip


def _database(file: Path) -> Iterator[Finding]:
    driver = sqlite_driver()
    connection = driver.connect(f"{file.as_uri()}?mode=ro", uri=True, timeout=5)
    try:
        said = [row[0] for row in connection.execute("PRAGMA quick_check(5)")]
        damages = [each for each in said if each != "ok" and not searchindex.of_index(each)]
        if damages:
            yield Finding("bad", f"The database is damaged: {'; '.join(damages)}.", "Restore the newest backup.")
            return
        broken = connection.execute("PRAGMA foreign_key_check").fetchall()
        if broken:
            yield Finding(
                "bad", f"{len(broken)} references in the database lead nowhere.", "Restore the newest backup."
            )
        yield from _schema(connection, damaged="" if said == ["ok"] else "; ".join(said), media=file.parent / "media")
    except driver.DatabaseError as error:
        yield Finding("bad", f"{file} cannot be read as a database: {error}.", "Restore the newest backup.")
    finally:
        connection.close()


def _schema(connection: object, damaged: str, media: Path) -> Iterator[Finding]:
    run = connection.execute  # type: ignore[attr-defined]
    tables = {row[0] for row in run("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if schema.VERSION_TABLE not in tables:
        yield Finding(
            "bad", "The database holds no blog.", "Restore the newest backup, or choose another instance folder."
        )
        return
    (version,) = run(f"SELECT version_num FROM {schema.VERSION_TABLE}").fetchone() or ("",)  # noqa: S608
    if not version:
        yield Finding(
            "bad", "The database is damaged: it does not say what schema it has.", "Restore the newest backup."
        )
        return
    if version != HEAD:
        level = "bad" if version > HEAD else "note"
        remedy = "Install the newer Broadsheet." if version > HEAD else "The next `broadsheet serve` upgrades it."
        yield Finding(level, f"The database has schema {version}, this code {HEAD}.", remedy)
        return
    lost = schema.trigger_names() - {row[0] for row in run("SELECT name FROM sqlite_master WHERE type = 'trigger'")}
    if lost:
        yield Finding("bad", f"Triggers are missing: {', '.join(sorted(lost))}.", "Any other command makes them again.")
    miscounted = tallies.wrong(run)
    if miscounted:
        yield Finding("bad", f"Counts of posts are wrong ({miscounted}).", "`broadsheet doctor --fix` counts anew.")
    unsearchable = f"is damaged ({damaged})" if damaged else searchindex.wrong(run)
    if unsearchable:
        yield Finding("bad", f"The search index {unsearchable}.", REBUILD)
    stale = run("SELECT count(*) FROM post WHERE renderer <> ?", (RENDERER,)).fetchone()[0]
    if stale:
        yield Finding(
            "note", f"{stale} texts were rendered by older code.", "The next `broadsheet serve` renders them anew."
        )
    yield from _pictures(connection, media)
    for result in outbox.results(connection):
        yield _hub(result)
    posts = run("SELECT count(*) FROM post WHERE deleted_at IS NULL").fetchone()[0]
    yield Finding("good", f"The database is whole: {posts} posts and pages, schema {version}.")


def _pictures(connection: object, folder: Path) -> Iterator[Finding]:
    """Pictures whose base file is not where it should be."""
    rows = connection.execute("SELECT name FROM media WHERE deleted_at IS NULL")  # type: ignore[attr-defined]
    missing = [name for (name,) in rows if not (folder / name).is_file()]
    if missing:
        yield Finding(
            "bad", f"{len(missing)} pictures lack their files, among them {', '.join(missing[:3])}.",
            "Put them back into media/ from a backup, or upload them again.",
        )  # fmt: skip


def _hub(result: outbox.Result) -> Finding:
    hub, waiting = f"The hub {result.target}", f" Errands waiting: {result.waiting}." if result.waiting else ""
    if not result.answer:
        told = f"was told of feeds last on {result.told_at} UTC" if result.told_at else "was told of nothing yet"
        return Finding("good", f"{hub} {told}.{waiting}")
    if result.retry_at:
        failed = f"{hub} failed at attempt {result.attempts} of {outbox.TRIES}: {result.answer}{waiting}"
        return Finding("note", failed, f"The next attempt is at {result.retry_at} UTC.")
    return Finding(
        "note", f"{hub} was given up after attempt {result.attempts}: {result.answer}{waiting}",
        "Is its address right (`broadsheet config hubs`)? The next post, or edit, tries it again.",
    )  # fmt: skip
