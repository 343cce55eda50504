"""Preview a post as readers will see it: for its authors, and for people who have its secret link."""

from dataclasses import replace
from secrets import token_urlsafe

from sqlalchemy import delete, select

from blog import clock
from blog.core.db.transaction import write_transaction
from blog.core.editor import publish, working_copy
from blog.core.editor.fields import Fields, validate_fields
from blog.core.editor.working_copy import EditorPost
from blog.core.errors import NotFound
from blog.core.markdown.render import RenderedText
from blog.core.posts import taxonomy
from blog.core.posts.article import Article, Byline, TagLabel
from blog.core.text import slugs, validate
from blog.extensions import db
from blog.models import Person, Preview

TOKEN_BYTES = 16
MAX_LENGTHS = {"title": validate.TITLE_LENGTH, "summary": validate.SUMMARY_LENGTH}


def preview_article(
    fields: Fields, post: EditorPost | None = None, author_id: int | None = None
) -> tuple[Article, RenderedText]:
    """Return the article that readers would see, and its rendered text; `author_id` is the author of a new post.

    Raises Invalid if the text cannot be rendered.
    """
    fields = _showable(fields)
    kind = fields.kind if fields.kind in ("post", "page") else "post"
    rendered = publish.render_body(fields.body or "", kind, fields.cover or "")
    title = fields.title or "(No title yet)"
    article = Article(
        id=post.id if post else 0,
        kind=kind,
        slug=fields.slug or slugs.slug_of(title),
        title=title,
        summary=fields.summary or "",
        extract=rendered.extract,
        language=fields.language or None,
        words=rendered.words,
        published_at=(post.date if post else None) or clock.now(),
        unlisted=bool(fields.unlisted),
        canonical_url=fields.canonical_url or None,
        updated_at=None,
        cover=fields.cover or None,
        html=rendered.html,
        contents=rendered.contents,
        pictures=rendered.pictures,
        author=_byline(post.rows.post.author_id if post else author_id),
        tags=[TagLabel(name, slugs.slug_of(name, "tag")) for name in fields.tags or []],
    )
    return article, rendered


def _showable(fields: Fields) -> Fields:
    """Return the fields with long values cut, and without other values that cannot be stored.

    Nothing validated them before: an address may be a script. Raises Invalid if the text is too long to be rendered.
    """
    fields, errors = validate_fields(fields)
    values: dict[str, str | None] = {}
    for error in errors:
        if error.field == "body":
            raise error
        limit = MAX_LENGTHS.get(error.field)
        values[error.field] = validate.one_line(getattr(fields, error.field) or "")[:limit] if limit else None
    return replace(fields, **values)  # type: ignore[arg-type]


def _byline(author_id: int | None) -> Byline | None:
    query = select(Person.name, Person.slug, taxonomy.has_page(Person.id)).where(Person.id == author_id)
    row = db.session.execute(query).first()
    return Byline(row[0], row[1], bool(row[2])) if row else None


def link_token(post_id: int) -> str:
    """Return the token of a post's secret link; create it if there is none. Raises NotFound."""
    with write_transaction() as session:
        working_copy.load_rows(session, post_id)
        preview = session.get(Preview, post_id)
        if preview is None:
            preview = Preview(post_id=post_id, token=token_urlsafe(TOKEN_BYTES), created_at=clock.now())
            session.add(preview)
        return preview.token


def revoke_link(post_id: int) -> None:
    with write_transaction() as session:
        session.execute(delete(Preview).where(Preview.post_id == post_id))


def post_with_token(token: str) -> EditorPost:
    """Return the post of a secret link. Raises NotFound, also if the post is deleted."""
    post_id = db.session.scalar(select(Preview.post_id).where(Preview.token == token))
    post = working_copy.load(post_id) if post_id is not None else None
    if post is None or post.status == "deleted":
        raise NotFound("There is no such preview.")
    return post
