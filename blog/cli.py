"""The command line: `broadsheet [--instance DIR] COMMAND`."""

import pkgutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

import click

from blog import __version__
from blog.config import BadSetting
from blog.core.errors import BlogError

# Command -> its function in blog.commands, whose module is imported when the command is called.
COMMANDS: Mapping[str, str] = {
    "serve": "serve:serve",
    "new": "posts:new",
    "edit": "posts:edit",
    "publish": "posts:publish",
    "unpublish": "posts:unpublish",
    "delete": "posts:delete",
    "undelete": "posts:undelete",
    "list": "posts:list_posts",
    "search": "posts:search",
    "import": "imports:import_library",
    "samples": "imports:samples",
    "user": "user:user",
    "config": "config:config",
    "cards": "cards:cards",
    "preview-card": "cards:preview_card",
    "feed": "feed:feed",
    "doctor": "doctor:doctor",
    "backup": "backup:backup",
    "restore": "backup:restore",
    "tick": "tick:tick",
}


class Commands(click.Group):
    """A group that imports a command when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        function = COMMANDS.get(cmd_name)
        return pkgutil.resolve_name(f"blog.commands.{function}") if function else None


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
