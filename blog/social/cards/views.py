"""The address of each card."""

from flask import Response, redirect, url_for
from werkzeug.wrappers import Response as BaseResponse

from blog.core.errors import NotFound
from blog.social.blueprint import bp
from blog.social.cards import files
from blog.web.static_files import IMMUTABLE


@bp.get("/cards/<name>")
def card(name: str) -> BaseResponse:
    """Return the present card of a public post, page or tag; redirect from the names of its older cards.

    Cards are not served as static files: a file would outlive its post. The page cache stores the response until
    anything public changes.
    """
    card_file = files.current_card(name)
    if card_file is None:
        raise NotFound("There is no such card.")
    if card_file.name != name:
        redirection = redirect(url_for("social.card", name=card_file.name))
        redirection.headers["Cache-Control"] = "no-store"
        return redirection
    response = Response(files.read_or_draw(card_file), mimetype=card_file.share_image.type)
    response.headers["Cache-Control"] = IMMUTABLE
    return response
