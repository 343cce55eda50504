"""Share on the reader's own Mastodon server: no script, no redirect, and the server's name is not stored."""

from flask import Response, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from blog.core.posts import article
from blog.social import share
from blog.social.blueprint import bp
from blog.social.template_globals import canonical

MAX_LENGTH = 300
INVALID_SERVER = "That is not a server’s name. It looks like mastodon.social: no https://, no @, no path."


@bp.get("/share/mastodon/")
def mastodon() -> BaseResponse:
    """Ask for the reader's server, then show one plain link to it."""
    post = article.load("post", request.args.get("post", ""))
    typed = request.args.get("server")
    server = share.parse_server_name(typed) if typed and len(typed) <= MAX_LENGTH else None
    wrong = INVALID_SERVER if typed is not None and server is None else ""
    link = share.mastodon_url(post.title, canonical(post), server) if server else ""
    page = render_template(
        "social/mastodon.html", post=post, server=server, link=link, wrong=wrong, typed=(typed or "")[:MAX_LENGTH]
    )
    response = Response(page, 422 if wrong else 200, mimetype="text/html")
    response.headers["Cache-Control"] = "no-store"
    return response
