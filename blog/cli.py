"""The command line: `broadsheet [--instance DIR] COMMAND`."""

import importlib
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

import click

from blog import __version__
from blog.config import BadSetting
from blog.core.errors import BlogError

# Command -> its module, which is imported when the command is called.
COMMANDS: Mapping[str, str] = {
    "serve": "blog.commands.serve",
    "new": "blog.commands.posts",
    "edit": "blog.commands.posts",
    "publish": "blog.commands.posts",
    "unpublish": "blog.commands.posts",
    "delete": "blog.commands.posts",
    "undelete": "blog.commands.posts",
    "list": "blog.commands.posts",
    "search": "blog.commands.search",
    "import": "blog.commands.imports",
    "samples": "blog.commands.imports",
    "user": "blog.commands.user",
    "config": "blog.commands.config",
    "cards": "blog.commands.cards",
    "preview-card": "blog.commands.cards",
    "feed": "blog.commands.feed",
    "doctor": "blog.commands.doctor",
    "backup": "blog.commands.backup",
    "restore": "blog.commands.backup",
    "tick": "blog.commands.tick",
}


class Commands(click.Group):
    """A group that imports a command when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        command = importlib.import_module(COMMANDS[cmd_name]).COMMANDS[cmd_name]
        assert isinstance(command, click.Command)  # noqa: S101
        return command


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.option("--instance", type=click.Path(path_type=Path), help="The blog's folder (else BLOG_INSTANCE).")
@click.version_option(__version__, prog_name="broadsheet")
@click.pass_context
def broadsheet(ctx: click.Context, instance: Path | None) -> None:
    """Broadsheet, a small blog you own."""
    ctx.obj = instance


def main(arguments: list[str] | None = None) -> None:
    """Run a command. An error is one sentence on standard error, and exit status 1."""
    try:
        status = broadsheet.main(arguments, standalone_mode=False)
    except click.Abort:
        _fail("Stopped.", 130)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (BlogError, BadSetting) as error:
        _fail(str(error), 1)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)
    except OSError as error:
        _fail(f"{error.filename or 'The output'}: {error.strerror or error}.", 1)
    sys.exit(status if isinstance(status, int) else 0)


def _fail(sentence: str, status: int) -> NoReturn:
    click.echo(sentence, err=True)
    sys.exit(status)
