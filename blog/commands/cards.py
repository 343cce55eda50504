"""cards, preview-card: the images that shared links show."""

import sys
from pathlib import Path

import click

from blog.commands import json_option, open_blog, print_result, progress_bar
from blog.core.posts import query
from blog.core.text.amounts import count_of
from blog.social import share_preview
from blog.social.cards import jobs


@click.command()
@click.option("--missing", is_flag=True, help="Draw only what was never drawn.")
@json_option
def cards(missing: bool, as_json: bool) -> None:
    """Draw the cards of the site, its tags, posts and pages anew, and take away those that nothing has any more."""
    with open_blog() as app:
        result = jobs.draw_all(
            app.extensions["settings"],
            lambda results, total: progress_bar(results, "Drawing cards", total),
            anew=not missing,
        )
    text = f"{result.drawn} of {count_of(result.cards, 'card')} drawn."
    text += f" {count_of(result.removed, 'old one')} removed." if result.removed else ""
    if result.failed:
        text += f" {result.failed} could not be stored: is there room on the disk, and may it be written?"
    print_result(text, result._asdict(), as_json=as_json)
    if result.failed:
        sys.exit(1)


@click.command("preview-card")
@click.argument("slug")
@click.option("--file", type=click.Path(path_type=Path, dir_okay=False), help="Where to write the picture.")
@json_option
def preview_card(slug: str, file: Path | None, as_json: bool) -> None:
    """Show how a link to a post will look when it is shared, draft or not, and what to mend."""
    with open_blog() as app, app.test_request_context(base_url=app.config["SITE_URL"]):
        preview = share_preview.preview_post(query.find(slug))
        if file:
            file.write_bytes(preview.image_bytes)
    print_result(_text(preview, file), _data(preview, file), as_json=as_json)


def _text(preview: share_preview.SharePreview, file: Path | None) -> str:
    lines = [f"The picture: {file or preview.image.address}", ""]
    for look in preview.looks:
        lines.append(f"{look.network:<10}{look.title}")
        lines += [f"{'':10}{look.description}"] if look.description else []
    return "\n".join([*lines, "", *preview.warnings] if preview.warnings else lines)


def _data(preview: share_preview.SharePreview, file: Path | None) -> dict[str, object]:
    return {
        "picture": preview.image.address,
        "file": str(file) if file else None,
        "looks": [look._asdict() for look in preview.looks],
        "warnings": preview.warnings,
    }
