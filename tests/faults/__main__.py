"""`make faults`: kill -9 in the middle of everything, and a table of what was lost. Exit status 1 when anything was."""

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from blog import config
from blog.commands import open_app
from blog.transfer import samples
from tests.faults import authors, loops
from tests.faults.killing import table
from tests.world import SITE_URL

OPERATIONS = {
    "publish": authors.publish,
    "upload": authors.upload,
    "import": loops.import_,
    "upgrade": loops.upgrade,
    "backup": loops.backup,
    "restore": loops.restore,
}


def main() -> int:
    """Run the loops that are asked for, all of them if none is."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("operations", nargs="*", help=", ".join(OPERATIONS))
    asked.add_argument("--rounds", type=int, default=40)
    asked.add_argument("--table", type=Path, help="a file to write the table into")
    given = asked.parse_args()
    tallies = []
    for name in given.operations or OPERATIONS:
        click.echo(f"{name}: {given.rounds} rounds ...", err=True)
        with TemporaryDirectory() as folder:  # on a disk, whose pace the kills are to meet
            tally = OPERATIONS[name](given.rounds, Path(folder), _seed(Path(folder) / "seed"))
        tallies.append(tally)
        for wrong in (*tally.lost, *tally.half):
            click.echo(f"  {wrong}", err=True)
        if not tally.inside:
            click.echo(f"  {name}: no kill fell in the middle, so this proves nothing", err=True)
    click.echo(table(tallies), nl=False)
    if given.table:
        given.table.write_text(table(tallies), "utf-8")
    return 0 if all(tally.proves for tally in tallies) else 1


def _seed(folder: Path) -> Path:
    """A blog as its first start leaves it."""
    folder.mkdir()
    with open_app(config.load(folder, environ={}, site_url=SITE_URL)):
        samples.load(folder / "media")
    return folder


if __name__ == "__main__":
    sys.exit(main())
