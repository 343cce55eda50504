"""Rich text pasted into the editor."""

from flask import request
from flask.typing import ResponseReturnValue

from blog.admin import responses
from blog.admin.blueprint import bp


@bp.post("/posts/markdown/")
def markdown() -> ResponseReturnValue:
    """Convert pasted rich text to Markdown."""
    from blog.core.markdown import paste  # its parser takes a tenth of a second to import

    return responses.json_response({"markdown": paste.html_to_markdown(request.form.get("html", ""))})
