"""What readers and their programs ask: every address that the blog names, and those that it does not."""

from tests.answers.web.visitor import Visitor

STARTS = ("/", "/sitemap.xml", "/robots.txt", "/feed.xml", "/atom.xml", "/feed.json", "/opensearch.xml", "/favicon.ico")
# Of many that are alike, some are asked for in all ways.
ALIKE = ("/posts/entry-", "/posts/letter-", "/cards/", "/static/", "/media/")
SEARCHES = """
river RIVER rivers+bridge %22two+banks%22 river+-bridge muller M%C3%BCller %D0%B5%D0%BB%D0%BA%D0%B0
%D9%86%D9%87%D8%B1 %D7%A9%D7%9C%D7%95%D7%9D %E5%B7%9D %E0%A4%A8%E0%A4%A6%E0%A5%80 zyzzyva bridge+zyzzyva - %22
%3Cscript%3Ealert(1)%3C/script%3E C%2B%2B letter&page=2 letter&page=7 letter&page=0 letter&page=x draft never
%FF%FE %00
""".split()
SEARCHES += ["", "a" * 400]
POST = "https://essays.example/posts/rivers/"
QUERIES = """
/share/mastodon/ /share/mastodon/?post=rivers /share/mastodon/?post=nahr&server=no /share/mastodon/?post=nope
/share/mastodon/?post=rivers&server=mastodon.social /share/mastodon/?post=about /share/mastodon/?post=scheduled
/share/mastodon/?post=rivers&server=https://b%C3%BCcher.example/@ana
/oembed?url=https://essays.example/posts/rivers/ /oembed?url=https://essays.example/posts/rivers/&format=json
/oembed?url=https://essays.example/posts/rivers/&format=xml /oembed /oembed?url=x
/oembed?url=https://essays.example/about/ /oembed?url=https://elsewhere.example/posts/rivers/
/oembed?url=https://essays.example/posts/scheduled/ /oembed?url=https://essays.example/posts/renamed/
/.well-known/webfinger /.well-known/webfinger?resource=acct:ana@essays.example /.well-known/webfinger?resource=x
/.well-known/webfinger?resource=acct:ana@mastodon.social /.well-known/webfinger?resource=https://essays.example/
/.well-known/atproto-did /.well-known/security.txt /.well-known/nothing /healthz /?utm_source=x /?p=11
/posts/rivers/?utm_source=x /feed.xml?format=x /sitemap-1.xml
""".split()
MISSING = """
/nothing/ /nothing /posts/nothing/ /posts/nothing.md /posts/deleted/ /posts/deleted.md /posts/deleted
/posts/renamed/ /posts/renamed.md /posts/renamed /posts/scheduled/ /posts/scheduled.md /posts/unfinished/
/posts/much-later/ /posts/rivers /posts// /posts/Rivers/ /posts/about/ /rivers/ /about /about.md
/2024/02/rivers.html /old/rivers/ /old/rivers /trips/first/ /blog/jekyll-post/ /elsewhere /no-more /old/about.html
/jekyll/2023/05/06/jekyll-post.html /page/0/ /page/1/ /page/999/ /page/x/ /page/02/ /page/2 /tags/nothing/
/tags/never/ /tags/trips/ /tags/trips/feed.xml /tags/c-3/ /tags/later/ /tags/later/feed.xml /tags/rivers/page/99/
/tags/rivers /authors/nobody/ /authors/nobody/feed.xml /authors/bo-lind/page/99/ /archive/1/ /archive/1968/
/archive/2020/page/9/ /archive/20201/ /archive /feed/0.xml /feed/9999.xml /feed/x.xml /atom/9999.xml
/feed/9999.json /tags/rivers/feed/9999.xml /sitemap-2.xml /static/css/nothing.css /static/../pyproject.toml
/static/%2e%2e/pyproject.toml /static/css/reader.css /static/css/reader.0000000000.css /static/js/ /static/
/static/css/reader-ff0000-sans.css /media/nothing.png /media/../blog.db /media/ /cards/nothing.png /cards/
/cards/rivers-0000000000000000.png /preview/nothing/ /%00 /%ff/ // //elsewhere.example/ /./ /a/b/c/d /admin
/admin/ /admin/nothing/ /admin/posts/1/ /admin/posts/new/?title=x /admin/setup/nothing/ /.env /.git/config
/index.html /wp-login.php /apple-touch-icon.png /manifest.json /favicon.png
""".split()
# Addresses of feeds in other systems.
ALIASES = """
/feed/ /feed /rss/ /rss.xml /index.xml /feed.rss /feed/rss2/ /feeds/all.rss.xml /atom/ /feed.atom
/feeds/posts/default /feed/json/ /index.json /posts/index.xml /tag/rivers/rss/ /tag/trips/rss/
/tags/rivers/index.xml /category/nothing/feed/ /categories/rivers/index.xml /author/bo-lind/rss/
/author/nobody/feed/ /feeds/tag/rivers.atom.xml /tag/rivers/feed/atom/
""".split()
METHODS = ("POST", "PUT", "DELETE", "PATCH", "OPTIONS", "PROPFIND")
# Some addresses that are asked in ways that few do.
SOME = (
    "/",
    "/posts/rivers/",
    "/feed.xml",
    "/posts/rivers.md",
    "/static/icon.svg",
    "/search/",
    "/healthz",
    "/nothing/",
    "/oembed",
)
HEADERS = (
    {"Accept": "application/json"},
    {"Accept-Encoding": "br;q=0, gzip;q=0.5"},
    {"Accept-Encoding": "*"},
    {"Accept-Encoding": "identity;q=0"},
    {"Accept-Encoding": "x" * 300},
    {"If-None-Match": "*"},
    {"If-None-Match": '"nothing", W/"more"'},
    {"If-Modified-Since": "Thu, 01 Jan 1970 00:00:00 GMT"},
    {"If-Modified-Since": "nonsense"},
    {"Range": "bytes=0-9"},
    {"Cookie": "__Host-session=nonsense; other=1"},
    {"Host": "elsewhere.example"},
    {"Host": "ESSAYS.example:443"},
    {"Host": "essays.example/x"},
    {"Host": "127.0.0.1"},
    {"Origin": "https://elsewhere.example"},
    {"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "http", "X-Forwarded-Host": "elsewhere.example"},
    {"Accept-Language": "ar, de;q=0.5"},
)


def ask_as_readers(visitor: Visitor) -> None:
    """Ask for all public addresses in all ways, then what is wrong, missing or rare."""
    paths = visitor.crawl(STARTS, _is_public, _in_all_ways)
    markdown = [f"{path[:-1]}.md" for path in paths if path.startswith("/posts/") and path.endswith("/")]
    for path in markdown:
        if path not in paths:
            (visitor.ask_in_all_ways if _in_all_ways(path) else visitor.ask)(path)
    for path in (*(f"/search/?q={words}" for words in SEARCHES), *QUERIES, *MISSING, *ALIASES):
        visitor.ask(path)
    ask_in_rare_ways(visitor)


def ask_in_rare_ways(visitor: Visitor) -> None:
    """Ask some addresses with other methods, and with headers that clients send, or should not."""
    for path in SOME:
        for method in METHODS:
            visitor.ask(path, method, kind="method")
        for headers in HEADERS:
            visitor.ask(path, headers=headers, kind="headers")
    for path in ("/", "/search/", "/posts/rivers/", "/nothing/", "/admin/posts/new/"):
        visitor.ask(path, "POST", {"Content-Type": "application/x-www-form-urlencoded"}, b"title=x", kind="method")
        visitor.ask(path, "POST", {"Content-Type": "text/plain"}, b"x" * 70_000, kind="method", note="70 kB")
    for path in (*MISSING[:12], *ALIASES[:2], "/search/?q=river", "/oembed?url=x"):
        visitor.ask(path, "HEAD", kind="HEAD")
        visitor.ask(path, headers={"Accept": "application/json"}, kind="headers")


def ask_again(visitor: Visitor) -> None:
    """Ask for some addresses after authors have changed the blog. When that was is not compared: see `mark_start`."""
    for path in """
        / /page/2/ /feed.xml /atom.xml /feed.json /feed/1.xml /feed/21.xml /sitemap.xml /tags/ /archive/ /posts/moved/
        /posts/new-zebra/ /posts/scheduled/ /search/?q=zebra /search/?q=letter
    """.split():
        visitor.ask(path)
        visitor.ask(path, headers={"Accept-Encoding": "br"}, kind="compressed")


def _is_public(path: str) -> bool:
    return not path.startswith(("/admin/", "/preview/"))


def _in_all_ways(path: str) -> bool:
    return not path.startswith(ALIKE) or path.endswith(("-1/", "-1.md"))
