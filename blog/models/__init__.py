"""The tables, and rules that need only their own row."""

from blog.models.draft import Draft, Preview
from blog.models.json_types import Heading, NamedLink, Picture
from blog.models.media import Media, MediaUse
from blog.models.outbox import Lease, OutboxItem
from blog.models.person import Person
from blog.models.post import Post, Revision
from blog.models.redirect import Redirect
from blog.models.session import Attempt, AuthorSession, Invitation
from blog.models.site import Site
from blog.models.tag import Tag, post_tag
from blog.models.tally import Tally
