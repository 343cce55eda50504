"""A post as readers would find it, before they may: for its authors, and for whoever was given its secret link."""

from dataclasses import replace
from secrets import token_urlsafe

from sqlalchemy import delete, select

from blog import clock
from blog.core.db.transaction import write_transaction
from blog.core.editor import publish, working_copy
from blog.core.editor.fields import Fields, validate_fields
from blog.core.editor.working_copy import EditorPost
from blog.core.errors import NotFound
from blog.core.markdown.render import Rendered
from blog.core.posts import taxonomy
from blog.core.posts.article import Article, Byline, TagLabel
from blog.core.text import slugs, validate
from blog.extensions import db
from blog.models import Person, Post, Preview

TOKEN_BYTES = 16
MAX_LENGTHS = {"title": validate.TITLE_LENGTH, "summary": validate.SUMMARY_LENGTH}


def preview_article(fields: Fields, of: EditorPost | None = None, by: int | None = None) -> tuple[Article, Rendered]:
    """What readers would find, and what its text was rendered to; a new one is signed by a person.

    Raises Invalid for a text that cannot be rendered.
    """
    given = _fit(fields)
    kind = given.kind if given.kind in ("post", "page") else "post"
    text = publish.render_body(given.body or "", kind, given.cover or "")
    title = given.title or "(No title yet)"
    found = Article(
        id=of.id if of else 0,
        kind=kind,
        slug=given.slug or slugs.slug_of(title),
        title=title,
        summary=given.summary or "",
        extract=text.extract,
        language=given.language or None,
        words=text.words,
        published_at=(of.date if of else None) or clock.now(),
        unlisted=bool(given.unlisted),
        canonical_url=given.canonical_url or None,
        updated_at=None,
        cover=given.cover or None,
        html=text.html,
        contents=text.contents,
        pictures=text.pictures,
        author=_byline(of, by),
        tags=[TagLabel(name, slugs.slug_of(name, "tag")) for name in given.tags or []],
    )
    return found, text


def _fit(fields: Fields) -> Fields:
    """The fields as they may be shown: what is too long is cut, other values that cannot be stored are left out.

    Nobody judged these before: an address may be a script's. Raises Invalid for a text that is too long to be rendered.
    """
    given, wrong = validate_fields(fields)
    fit: dict[str, str | None] = {}
    for error in wrong:
        if error.field == "body":
            raise error
        most = MAX_LENGTHS.get(error.field)
        fit[error.field] = validate.one_line(getattr(given, error.field) or "")[:most] if most else None
    return replace(given, **fit)  # type: ignore[arg-type]


def _byline(of: EditorPost | None, by: int | None) -> Byline | None:
    query = select(Person.name, Person.slug, taxonomy.has_page(Person.id))
    if of is not None:
        query = query.join(Post, Post.author_id == Person.id).where(Post.id == of.id)
    elif by is not None:
        query = query.where(Person.id == by)
    else:
        return None
    row = db.session.execute(query).first()
    return Byline(row[0], row[1], bool(row[2])) if row else None


def link_token(post_id: int) -> str:
    """The token of a post's secret link, made if it has none. Raises Missing."""
    with write_transaction() as session:
        working_copy.load_rows(session, post_id)
        known = session.get(Preview, post_id)
        if known is None:
            known = Preview(post_id=post_id, token=token_urlsafe(TOKEN_BYTES), created_at=clock.now())
            session.add(known)
        return known.token


def revoke_link(post_id: int) -> None:
    """Let the secret link of a post lead nowhere."""
    with write_transaction() as session:
        session.execute(delete(Preview).where(Preview.post_id == post_id))


def post_with_token(token: str) -> EditorPost:
    """The post that a secret link leads to. Raises Missing, also for one that was deleted."""
    post_id = db.session.scalar(select(Preview.post_id).where(Preview.token == token))
    of = working_copy.load(post_id) if post_id is not None else None
    if of is None or of.status == "deleted":
        raise NotFound("There is no such preview.")
    return of
