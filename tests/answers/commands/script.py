"""The command lines that both checkouts run one after the other, from an empty folder on.

`{name}` stands for a folder of the side: `{blog}` is the instance folder, which each line is run in unless it names
another one, `{texts}` and `{bad}` are folders to import, `{out}` is where commands write files.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.answers.commands import damage
from tests.answers.commands.damage import Damage
from tests.answers.sample import PASSWORD, library


@dataclass(frozen=True)
class Line:
    """A command line, what it reads, and the files in `{out}` that it writes and that are compared, too.

    A `fresh` one gets a process of its own; all others are forked, which is quicker (see `fork.py`).
    """

    words: str
    stdin: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)
    files: tuple[str, ...] = ()
    instance: str = "{blog}"
    fresh: bool = False


@dataclass(frozen=True)
class Write:
    """A file that is written between two lines; without content it is removed."""

    file: str
    content: str | None


@dataclass(frozen=True)
class Break:
    """A file or folder that is damaged between two lines."""

    file: str
    damage: Damage


@dataclass(frozen=True)
class HubStatus:
    """How the hub answers from here on."""

    status: int


WRONG_USAGE = (
    Line("", instance=""),
    Line("nonsense"),
    Line("--nonsense"),
    Line("--version", instance="", fresh=True),
    Line("list --status nonsense"),
    Line("new"),
    Line("edit"),
    Line("user add ana@example.org"),
    Line("user nonsense"),
    Line("restore"),
    Line("search"),
    Line("serve --port nonsense"),
    Line("serve --port 70000"),
    Line("serve --workers 0"),
    Line("serve --host 203.0.113.7"),
)
# Where there is no blog yet.
NOTHING_YET = (
    Line("list", instance="{nowhere}"),
    Line("list", instance="{out}/no/such"),
    Line("doctor", instance="{nowhere}", fresh=True),
    Line("doctor --json", instance="{nowhere}"),
    Line("backup", fresh=True, instance="{nowhere}"),
    Line("list", fresh=True),
    Line("list --json"),
    Line("list --status draft"),
    Line("user list", fresh=True),
    Line("user list --json"),
    Line("config", fresh=True),
    Line("config --json"),
    Line("feed check", fresh=True),
    Line("search river", fresh=True),
    Line("tick", fresh=True),
    Line("samples remove", fresh=True),
)
MACHINE_SETTINGS = (
    Line("config site_url", environment={"BLOG_SITE_URL": "ftp://nowhere"}),
    *(
        Line("config site_url", environment={"BLOG_SITE_URL": address})
        for address in (
            "https://Bücher.example:443/",
            "http://[::1]:8000",
            "https://essays.example/blog",
            "https://a..b",
        )
    ),
    Line("config access_log --json", environment={"BLOG_ACCESS_LOG": "yes"}),
    Line("config access_log", environment={"BLOG_ACCESS_LOG": "perhaps"}),
    Line("config", environment={"BLOG_SIDE_URL": "https://essays.example"}),
    Line("config", environment={"BLOG_WORKERS": "many"}),
    Line("config", environment={"BLOG_SECRET_KEY": "short"}),
    Line("config secret_key", environment={"BLOG_SECRET_KEY": "long enough to be a secret of thirty-two"}),
    Line("config backups", environment={"BLOG_BACKUPS": "relative"}),
    Line("config database_url", environment={"BLOG_DATABASE_URL": "postgresql://nowhere"}),
    Line("config outbound_allow", environment={"BLOG_OUTBOUND_ALLOW": "hub.lan, 10.0.0.7:8080"}),
    Line("config outbound_allow", environment={"BLOG_OUTBOUND_ALLOW": "user@hub.lan:"}),
    Line("list", environment={"PORT": "http"}),
    Write("{blog}/config.toml", "site_url = 'https://essays.example'\ntrusted_proxies = 1\n"),
    Line("config --json"),
    Line("config trusted_proxies"),
    Write("{blog}/config.toml", "side_url = 'https://essays.example'\n"),
    Line("config"),
    Line("doctor"),
    Write("{blog}/config.toml", "site_url = \n"),
    Line("config"),
    Write("{blog}/config.toml", None),
    Line("config port 9000"),
    Line("config workers --json"),
)
# The form of the settings tries all of them, good and bad; see `authors.py`.
SITE_SETTINGS = {
    "title": "Rivers & “Bridges”", "timezone": "Europe/Berlin", "accent": "#0A7D4F", "foreign_media": "on",
    "follow": "Mastodon https://mastodon.social/@ana; E-mail mailto:ana@example.org", "hubs": "{hub}",
    "header_links": "Essays /archive/; Mail mailto:ana@example.org",
}  # fmt: skip
BAD_SETTINGS = {
    "title": "",
    "timezone": "Nowhere/Berlin",
    "networks": "myspace",
    "follow": "Mastodon",
    "header_links": "[{]",
}
SETTINGS = (
    *(Line(f"config {name} '{value}'") for name, value in SITE_SETTINGS.items()),
    *(Line(f"config {name} '{value}'") for name, value in BAD_SETTINGS.items()),
    Line("""config follow '[{"name": "GitHub", "address": "https://github.com/ana"}]'"""),
    Line("""config networks '["x", "email"]' --json"""),
    Line("""config follow '[{"name": "GitHub"}]'"""),
    Line("config nonsense 1"),
    Line("config follow"),
    Line("config follow --json"),
    Line("config logo_dark '' --json"),
    Line("config"),
)
PEOPLE = (
    Line("user add ana@example.org --name 'Ana Ríos' --password-stdin", f"{PASSWORD}\n"),
    Line("user add bo@example.org --name 'Bo Lind' --password-stdin --json", f"{PASSWORD}\n"),
    Line("user add cy@example.org --name 'Cy Dee'", f"{PASSWORD}\n"),
    Line("user add ana@example.org --name Other --password-stdin", f"{PASSWORD}\n"),
    Line("user add nobody --name Nobody --password-stdin", f"{PASSWORD}\n"),
    Line("user add dee@example.org --name Dee --password-stdin", "short\n"),
    Line("user add dee@example.org --name '' --password-stdin", f"{PASSWORD}\n"),
    Line("user password bo@example.org --password-stdin", "eight quiet rivers\n"),
    Line("user password nobody@example.org --password-stdin --json", f"{PASSWORD}\n"),
    Line("user remove cy@example.org"),
    Line("user remove cy@example.org --json"),
    Line("user list"),
    Line("user list --json"),
)
IMPORTS = (
    Line("import {texts} --dry-run", instance="{nowhere}"),
    Line("import {texts} --dry-run"),
    Line("import {texts} --dry-run --json"),
    Line("import {out}/nothing"),
    Line("import {bad}"),
    Line("import {bad} --json"),
    Line("import {bad} --dry-run --skip-bad"),
    Line("import {bad} --skip-bad --json"),
    Line("import {texts}", fresh=True),
    Line("import {texts}"),
    Write("{texts}/edited.md", "---\ntitle: Edited since\nslug: edited\ndate: 2024-08-08\n---\n\nIn its file.\n"),
    Line("edit renamed --title 'Renamed here'"),
    Write("{texts}/renamed.md", "---\ntitle: Renamed there\nslug: renamed\ndate: 2024-08-08\n---\n\nIn its file.\n"),
    Line("delete deleted"),
    Line("import {texts} --json"),
    Line("import {texts}/rivers.md"),
    Line("import {bad}/unclosed.md"),
)
POSTS = (
    Line("new 'On rivers' --file {out}/essay.md --tag Rivers --tag 'C++' --summary 'What a river keeps.' --publish"),
    Line("new 'On rivers' --file - --json", "A *second* one.\n"),
    Line("new 'On rivers' --slug on-rivers --publish"),
    Line("new 'Ein Fluß' --language de --date 2020-02-29T23:30 --publish --json", instance="{blog}"),
    Line("new 'A date' --date 2020-02-29"),
    Line("new 'Later' --date 2099-01-01 --publish"),
    Line("new 'A page' --page --unlisted --publish"),
    Line("new '' --publish"),
    Line("new 'Bad date' --date yesterday"),
    Line("new 'Bad language' --language 'klingon language'"),
    Line("new 'Bad slug' --slug '../x'"),
    Line("new 'No file' --file {out}/missing.md"),
    Line("new 'Front matter' --file {texts}/rivers.md"),
    Line("new 'Binary' --file {texts}/river.jpg"),
    Line("new 'Empty' --file -", "\n"),
    Line("new 'Gap in time' --date 2021-03-28T02:30 --publish"),
    Line("edit on-rivers --title 'On slow rivers' --minor"),
    Line("edit on-rivers --slug slow-rivers --tag Rivers --tag Slow --json"),
    Line("edit slow-rivers --file - --summary 'Anew.' --language en --date 2024-01-02T03:04", "Said anew.\n"),
    Line("edit slow-rivers"),
    Line("edit no-such-post --title Other"),
    Line("edit a-date --date 2020-01-01"),
    Line("edit slow-rivers --slug good"),
    Line("edit slow-rivers --tag ''"),
    Line("unpublish slow-rivers --json"),
    Line("unpublish slow-rivers"),
    Line("publish slow-rivers --at 2099-01-01T08:00"),
    Line("publish slow-rivers --at nonsense"),
    Line("publish slow-rivers --json"),
    Line("publish no-such-post"),
    Line("delete slow-rivers", fresh=True),
    Line("delete slow-rivers --json"),
    Line("undelete slow-rivers --json"),
    Line("undelete slow-rivers"),
    Line("list"),
    Line("list --json"),
    *(Line(f"list --status {status}") for status in ("draft", "scheduled", "published", "deleted")),
)
SEARCHES = (
    *(
        Line(f"search {words}")
        for words in ("river", "muller", "'\"two banks\"'", "river -bridge", "река", "نهر", "川")
    ),
    Line("search 'bridge zyzzyva' --json"),
    Line("search zyzzyva"),
    Line("search '-'"),
    Line("search river --status draft --json"),
)
CARE = (
    Line("preview-card rivers", fresh=True),
    Line("preview-card nahr --json"),
    Line("preview-card rivers --file {out}/card.png", files=("card.png",)),
    Line("preview-card no-such-post"),
    Line("cards --missing", fresh=True),
    Line("cards --json"),
    Line("feed check"),
    Line("feed check --json"),
    Line("feed check nonsense"),
    *(Line(f"feed check {{hub}}{name}") for name in (*library.FEEDS, "missing.xml")),
    Line("feed check {hub}feed.xml --json"),
    Line("feed compare"),
    Line("tick"),
    Line("tick --json"),
    Line("doctor"),
    Line("doctor --json"),
    Line("doctor --fix", fresh=True),
    Line("doctor --fix --json"),
    Line("doctor --deploy"),
    Line("doctor --deploy --json"),
    Write(
        "{blog}/custom.css",
        ":root { --paper: #f6f9fa }\np { colour: }}\n@import url(https://elsewhere.example/x.css);\n",
    ),
    Write(
        "{blog}/templates/reader/article.html",
        '{% extends "house/reader/article.html" %}{% block article %}{{ nonsense }}\n',
    ),
    Line("doctor"),
)
BROKEN = (
    Break("{blog}/secret_key", damage.show_to_all),
    Break("{blog}/media", damage.remove_variants),
    Break("{blog}/blog.db", damage.drop_triggers),
    Break("{blog}/blog.db", damage.run_sql("UPDATE tally SET posts = posts + 1", "DELETE FROM search_idx")),
    Line("doctor"),
    Line("doctor --json"),
    Line("search river"),
    Line("edit rivers --summary 'While the index is broken'"),
    Line("doctor --fix"),
    Line("doctor"),
    Line("search river"),
)
BACKUPS = (
    Line("backup"),
    Line("backup {out}/blog.zip", files=("blog.zip",)),
    Line("backup {out}/blog.zip --json"),
    Line("backup {texts}/rivers.md"),
    Line("backup {out}/no/such/blog.zip"),
    Line("restore {out}/blog.zip --dry-run"),
    Line("restore {out}/blog.zip --dry-run --json"),
    Line("delete rivers"),
    Line("restore {out}/blog.zip", fresh=True),
    Line("list --status deleted"),
    Line("restore {out}/blog.zip --json"),
    Line("backup {out}/cut.zip"),
    Break("{out}/cut.zip", damage.cut),
    Line("restore {out}/cut.zip --dry-run"),
    Line("restore {out}/missing.zip"),
    Line("restore {texts}/rivers.md"),
    Line("restore {out}/blog.zip", instance="{copy}"),
    Line("list --json", instance="{copy}"),
    Write("{copy}/blog.db", "no database"),
    Line("list", instance="{copy}"),
    Line("doctor", instance="{copy}"),
    Line("serve --port {port}", instance="{copy}"),
    Line("restore {out}/blog.zip", instance="{copy}"),
    Break("{copy}/blog.db", damage.cut),
    Line("list", instance="{copy}"),
    Line("doctor", instance="{copy}"),
    Line("backup", instance="{copy}"),
)
NOT_YET = (Line("export {out}/export"), Line("freeze {out}/frozen"))
# A hub that refuses: what becomes of the calls.
REFUSED = (
    HubStatus(503),
    Line("new 'After the hub closed' --publish"),
    Line("tick"),
    Line("tick --json"),
    Line("doctor"),
)
SCRIPT: tuple[Line | Write | Break | HubStatus, ...] = (
    *WRONG_USAGE, *NOTHING_YET, *MACHINE_SETTINGS, *SETTINGS, *PEOPLE, *IMPORTS, *POSTS, *SEARCHES, *CARE, *BROKEN,
    *REFUSED, *BACKUPS, *NOT_YET,
)  # fmt: skip
