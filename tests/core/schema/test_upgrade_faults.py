"""An upgrade that is killed, fails or meets another one leaves the old blog or the new one, and nothing between."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from blog import paths
from blog.core.schema import migrate
from blog.migrations import HEAD
from tests import schemas
from tests.core.schema.test_migrate import begun, change, refused
from tests.schemas import dumping, library

ROOT = schemas.FOLDER.parents[2]
KEPT = schemas.kept()
OLDEST, NEWEST = KEPT[0], KEPT[-1]
KILLS = 16
# A step as a later schema may need it: a new table in the place of the one that most others refer to.
REBUILD = """
import sqlalchemy as sa
from alembic import op

revision, down_revision = "9999", "{head}"


def upgrade() -> None:
    with op.batch_alter_table("post", recreate="always") as post:
        post.add_column(sa.Column("later", sa.String))
"""
BREAK = REBUILD.partition("    with")[0] + "    op.execute('DELETE FROM person')\n"


@pytest.fixture
def old(instance: Path) -> Path:
    """A blog of the oldest schema."""
    dumping.load(schemas.database(OLDEST), instance / "blog.db")
    return instance


def upgrading(*arguments: str | Path) -> str:
    """What that program of the tests says; see tests/schemas/upgrading.py."""
    command = [sys.executable, "-W", "error", "-m", "tests.schemas.upgrading", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True, timeout=120).stdout


def test_an_upgrade_that_is_killed_anywhere_changes_nothing_and_succeeds_later(old: Path, tmp_path: Path) -> None:
    folders = [tmp_path / f"killed-{place}" for place in range(KILLS)]
    for folder in folders:
        shutil.copytree(old, folder)
    assert int(upgrading("kill", old, *folders)) > 5 * KILLS
    for folder in folders:
        assert change(folder, "PRAGMA integrity_check") == [("ok",)]
        assert dumping.dump(folder / "blog.db") == schemas.database(OLDEST), folder.name
    for folder in folders[:: KILLS // 3]:
        begun(folder)
        assert without_lots(folder) == without_lots(old)


def without_lots(instance: Path) -> str:
    """The blog's dump without the site's id, which a step draws by lot."""
    ((guid,),) = change(instance, "SELECT guid FROM site")
    return dumping.dump(instance / "blog.db").replace(guid, "GUID")


def test_of_two_processes_one_upgrades_and_the_other_waits(old: Path) -> None:
    later = [name for name in (paths.migrations() / "versions").glob("[0-9]*.py") if name.name[:4] > OLDEST]
    assert upgrading("together", old) == f"{[0, len(later)]}\n"
    assert change(old, f"SELECT version_num FROM {migrate.VERSION_TABLE}") == [(HEAD,)]


# -- a later schema -----------------------------------------------------------------------------------------


@pytest.fixture
def later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of one more step, to be written."""
    folder = tmp_path / "migrations"
    shutil.copytree(paths.migrations(), folder, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(paths, "migrations", lambda: folder)
    monkeypatch.setattr(migrate, "HEAD", "9999")
    return folder / "versions" / "9999_later.py"


@pytest.fixture
def newest(instance: Path) -> Path:
    """A blog of the newest schema, with all that refers to posts."""
    dumping.load(schemas.database(NEWEST), instance / "blog.db")
    begun(instance)
    return instance


def test_a_table_made_anew_takes_nothing_with_it(newest: Path, later: Path) -> None:
    counted = [
        f"SELECT count(*) FROM {table}"
        for table in ("post", "revision", "post_tag", "redirect", "draft", "preview", "media_use")
    ]
    before = [change(newest, query) for query in counted]
    assert [(0,)] not in before
    later.write_text(REBUILD.format(head=HEAD))
    begun(newest)
    assert change(newest, f"SELECT version_num FROM {migrate.VERSION_TABLE}") == [("9999",)]
    assert [change(newest, query) for query in counted] == before
    assert change(newest, "SELECT DISTINCT later FROM post") == [(None,)]
    assert change(newest, "PRAGMA foreign_key_check") == []
    triggers = {name for (name,) in change(newest, "SELECT name FROM sqlite_master WHERE type = 'trigger'")}
    assert triggers == migrate.trigger_names()


@pytest.mark.parametrize("step", [BREAK, REBUILD + "\n    raise RuntimeError('cut off')\n"], ids=["breaks", "raises"])
def test_a_step_that_goes_wrong_leaves_the_blog_as_it_was(newest: Path, later: Path, step: str) -> None:
    before = dumping.dump(newest / "blog.db")
    later.write_text(step.format(head=HEAD))
    if step is BREAK:
        assert "would break" in refused(newest)
    else:
        with pytest.raises(RuntimeError, match="cut off"):
            begun(newest)
    assert dumping.dump(newest / "blog.db") == before
    later.write_text(REBUILD.format(head=HEAD))
    begun(newest)
    assert change(newest, "SELECT count(*) FROM post") == [(len(library.OTHERS) + 4,)]
