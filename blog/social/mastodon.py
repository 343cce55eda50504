"""Share to a Mastodon server of the reader's own, without a script, a redirect or a memory of it."""

from flask import Response, render_template, request
from werkzeug.wrappers import Response as BaseResponse

from blog.core.posts import article
from blog.social import share
from blog.social.blueprint import bp
from blog.social.template_globals import canonical

LONGEST = 300
WRONG = "That is not a server’s name. It looks like mastodon.social: no https://, no @, no path."


@bp.get("/share/mastodon/")
def mastodon() -> BaseResponse:
    """Ask for the reader's server, then answer with one plain link to it."""
    post = article.load("post", request.args.get("post", ""))
    typed = request.args.get("server")
    server = share.server_name(typed) if typed and len(typed) <= LONGEST else None
    wrong = WRONG if typed is not None and server is None else ""
    link = share.on_server(post.title, canonical(post), server) if server else ""
    page = render_template(
        "social/mastodon.html", post=post, server=server, link=link, wrong=wrong, typed=(typed or "")[:LONGEST]
    )
    response = Response(page, 422 if wrong else 200, mimetype="text/html")
    response.headers["Cache-Control"] = "no-store"
    return response
