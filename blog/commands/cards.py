"""cards, preview-card: the pictures that shared links show."""

import sys
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

import click

from blog.commands import json_option, open_blog, print_result
from blog.core.posts import query
from blog.social import share_preview
from blog.social.cards import jobs


@click.command()
@click.option("--missing", is_flag=True, help="Draw only what was never drawn.")
@json_option
@click.pass_context
def cards(ctx: click.Context, missing: bool, as_json: bool) -> None:
    """Draw the cards of the site, its tags, posts and pages anew, and take away those that nothing has any more."""
    with open_blog(ctx) as app:
        done = jobs.draw_all(app.extensions["settings"], progress, anew=not missing)
    told = f"{done.drawn} of {done.cards} cards drawn." + (f" {done.removed} old ones removed." if done.removed else "")
    if done.failed:
        told += f" {done.failed} could not be stored: is there room on the disk, and may it be written?"
    print_result(told, asdict(done), as_json=as_json)
    if done.failed:
        ctx.exit(1)


def progress(stored: Iterable[bool], total: int) -> Iterable[bool]:
    """What became of each card, with a bar on standard error while they are drawn."""
    with click.progressbar(stored, label="Drawing cards", length=total, file=sys.stderr, hidden=total < 20) as bar:
        yield from bar


@click.command("preview-card")
@click.argument("slug")
@click.option("--file", type=click.Path(path_type=Path, dir_okay=False), help="Where to write the picture.")
@json_option
@click.pass_context
def preview_card(ctx: click.Context, slug: str, file: Path | None, as_json: bool) -> None:
    """Show how a link to a post will look when it is shared, draft or not, and what to mend."""
    with open_blog(ctx) as app, app.test_request_context(base_url=app.config["SITE_URL"]):
        seen = share_preview.preview_post(query.find(slug))
        if file:
            file.write_bytes(seen.image_bytes)
    print_result(_told(seen, file), _data(seen, file), as_json=as_json)


def _told(seen: share_preview.SharePreview, file: Path | None) -> str:
    lines = [f"The picture: {file or seen.image.address}", ""]
    for look in seen.looks:
        lines.append(f"{look.network:<10}{look.title}")
        lines += [f"{'':10}{look.description}"] if look.description else []
    return "\n".join([*lines, "", *seen.warnings] if seen.warnings else lines)


def _data(seen: share_preview.SharePreview, file: Path | None) -> dict[str, object]:
    return {
        "picture": seen.image.address,
        "file": str(file) if file else None,
        "looks": [asdict(look) for look in seen.looks],
        "warnings": seen.warnings,
    }


COMMANDS = {"cards": cards, "preview-card": preview_card}
