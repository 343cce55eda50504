"""The recipes of docs/running.md: nginx and Caddy, run as the page says, in front of `broadsheet serve`.

Only ports and the certificate are not those of the page.
"""

import gzip
import http.client
import os
import pwd
import re
import shutil
import socket
import ssl
import struct
import subprocess
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import brotli
import pytest
from lxml import etree, html

from blog.extensions import sqlite_driver
from tests import documents
from tests.live_server import Server, free_port, starting, until
from tests.world import picture, run, write

pytestmark = pytest.mark.slow
PAGE = "docs/running.md"
HOST = "essays.example.org"
ADDRESS = f"https://{HOST}"
ESSAY = "/posts/diplomatic-relations/"
EMAIL, PASSWORD = "ann@example.org", "seven quiet rivers"
# What Debian's nginx.conf sets, and what lets it run from a folder.
NGINX = """
{user}
daemon off;
pid {folder}/nginx.pid;
error_log stderr;
events {{}}
http {{
    include /etc/nginx/mime.types;
    gzip on;
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
{recipe}
}}
"""
CADDY = """
{{
    admin off
    local_certs
    skip_install_trust
    storage file_system {folder}/storage
    http_port {http}
    https_port {https}
}}
{recipe}
"""


@dataclass
class Ports:
    """The ports of plain HTTP and of https."""

    http: int
    https: int


@dataclass
class Answer:
    """A response; header names are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes


class Https(http.client.HTTPSConnection):
    """A connection to a port of this machine, which names another host."""

    def __init__(self, port: int, protocols: list[str] | None = None) -> None:
        super().__init__(HOST, timeout=30)
        self.local_port = port
        self.tls = ssl.create_default_context()
        self.tls.check_hostname, self.tls.verify_mode = False, ssl.CERT_NONE
        self.tls.set_alpn_protocols(protocols or ["http/1.1"])

    def connect(self) -> None:
        self.sock = self.tls.wrap_socket(
            socket.create_connection(("127.0.0.1", self.local_port), timeout=30), server_hostname=HOST
        )


@dataclass
class Site:
    """The blog as readers reach it."""

    ports: Ports
    blog: Server

    def ask(self, path: str, method: str = "GET", body: bytes | None = None, **headers: str) -> Answer:
        connection = Https(self.ports.https)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            connection.request(method, path, body, named)
            return _read(connection)
        finally:
            connection.close()


def _read(connection: http.client.HTTPConnection) -> Answer:
    with connection.getresponse() as response:
        headers = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, headers, response.read())


def recipe(language: str) -> str:
    """The only block of this language on the page."""
    [block] = [block.text for block in documents.blocks(PAGE) if block.language == language]
    return block


def start_nginx(folder: Path, ports: Ports, upstream: int) -> list[str | Path]:
    """Write the recipe with other ports and a certificate of our own; return the command."""
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", f"/CN={HOST}", "-keyout", folder / "privkey.pem", "-out", folder / "fullchain.pem"],
        check=True, capture_output=True,
    )  # fmt: skip
    text = recipe("nginx").replace("127.0.0.1:8000", f"127.0.0.1:{upstream}")
    text = text.replace(f"/etc/letsencrypt/live/{HOST}", str(folder))
    for usual, port in ((80, ports.http), (443, ports.https)):
        text = re.sub(rf"listen {usual}\b", f"listen 127.0.0.1:{port}", text)
        text = re.sub(rf"listen \[::\]:{usual}\b", f"listen [::1]:{port}", text)
    if not Path("/proc/net/if_inet6").exists():
        text = re.sub(r"listen \[::1\].*\n", "", text)
    # Started by root, nginx would run its workers as a user who may not enter the temporary folder.
    user = f"user {pwd.getpwuid(0).pw_name};" if os.geteuid() == 0 else ""
    file = write(folder, "nginx.conf", NGINX.format(user=user, folder=folder, recipe=text))
    return ["nginx", "-p", folder, "-c", file, "-e", "stderr"]


def start_caddy(folder: Path, ports: Ports, upstream: int) -> list[str | Path]:
    """Write the recipe with other ports and certificates of Caddy's own; return the command."""
    text = recipe("caddyfile").replace("127.0.0.1:8000", f"127.0.0.1:{upstream}")
    file = write(folder, "Caddyfile", CADDY.format(folder=folder, http=ports.http, https=ports.https, recipe=text))
    return ["caddy", "run", "--config", file, "--adapter", "caddyfile"]


PROXIES: dict[str, Callable[[Path, Ports, int], list[str | Path]]] = {"nginx": start_nginx, "caddy": start_caddy}


@contextmanager
def proxy(name: str, folder: Path, upstream: int) -> Iterator[Ports]:
    """Run a proxy in front of a server until the end of the block."""
    ports = Ports(free_port(), free_port())
    command = PROXIES[name](folder, ports, upstream)
    with (folder / "output").open("w") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, env={**os.environ, "HOME": str(folder)})

    def answers() -> bool:
        with suppress(OSError):
            return Site(ports, None).ask("/healthz").status == 200  # type: ignore[arg-type]
        return process.poll() is not None

    try:
        until(answers, 30, f"an answer of {name}")
        assert process.poll() is None, (folder / "output").read_text()
        yield ports
    finally:
        process.terminate()
        process.wait(20)


@pytest.fixture(scope="module")
def blog(tmp_path_factory: pytest.TempPathFactory, started_blog: Path) -> Iterator[Server]:
    """A blog with an author and the settings of the page."""
    [settings] = re.findall(r"config.toml <<END\n(.*?)END\n", documents.text_of(PAGE), re.DOTALL)
    instance = shutil.copytree(started_blog, tmp_path_factory.mktemp("behind") / "instance")
    write(instance, "config.toml", settings)
    assert run(instance, "user", "add", EMAIL, "--name", "Ann", "--password-stdin", stdin=PASSWORD).status == 0
    with starting(instance, tmp_path_factory.mktemp("output"), started_blog) as start:
        yield start()


@pytest.fixture(scope="module", params=[*PROXIES])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, blog: Server) -> Iterator[Site]:
    """The blog behind a proxy."""
    for program in (request.param, "openssl"):
        if not shutil.which(program):
            pytest.skip(f"{program} is not installed")  # .ci/run installs it where it may; not every Debian has Caddy
    with proxy(request.param, tmp_path_factory.mktemp(request.param), blog.port) as ports:
        yield Site(ports, blog)


# -- readers ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("encoding", "decode"), [("gzip", gzip.decompress), ("br", brotli.decompress), ("", bytes)])
def test_a_page_is_the_one_that_broadsheet_sent(site: Site, encoding: str, decode: Callable[[bytes], bytes]) -> None:
    own = site.blog.get(ESSAY)[1]
    for method in ("GET", "HEAD", "GET"):
        answer = site.ask(ESSAY, method, Accept_Encoding=encoding or "identity")
        assert answer.status == 200 and answer.headers.get("content-encoding", "") == encoding
        assert (decode(answer.body) if answer.body else own) == own and bool(answer.body) == (method == "GET")
        assert answer.headers["strict-transport-security"] and answer.headers["etag"].startswith('"')
    again = site.ask(ESSAY, Accept_Encoding=encoding or "identity", If_None_Match=answer.headers["etag"])
    assert (again.status, again.body, again.headers["etag"]) == (304, b"", answer.headers["etag"])


def test_addresses_are_those_of_readers(site: Site) -> None:
    for path in ("/", ESSAY, "/feed.xml", "/sitemap.xml", "/robots.txt", "/opensearch.xml"):
        text = site.ask(path).body
        assert f"{ADDRESS}/".encode() in text and b"http://" + HOST.encode() not in text, path
        assert b"127.0.0.1" not in text and f":{site.blog.port}".encode() not in text, path
    feed = site.ask("/feed.xml")
    assert feed.headers["content-type"].startswith("application/rss+xml") and etree.fromstring(feed.body) is not None


def test_redirects_stay_on_the_site(site: Site) -> None:
    for path in ("/tags", ESSAY[:-1], "/admin/"):
        answer = site.ask(path)
        assert answer.status in (301, 303, 308), path
        assert re.match(rf"({re.escape(ADDRESS)})?/[^/]", answer.headers["location"]), answer.headers["location"]


def test_plain_http_is_sent_to_https(site: Site) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", site.ports.http, timeout=30)
    connection.request("GET", f"{ESSAY}?a=b", headers={"Host": HOST})
    answer = _read(connection)
    connection.close()
    assert answer.status in (301, 308)
    assert re.sub(r":\d+/", "/", answer.headers["location"]) == f"{ADDRESS}{ESSAY}?a=b"  # Caddy names its port


def test_it_offers_http_2(site: Site) -> None:
    connection = Https(site.ports.https, ["h2", "http/1.1"])
    connection.connect()
    assert connection.sock.selected_alpn_protocol() == "h2"
    connection.close()


def test_other_hosts_are_not_this_blog(site: Site) -> None:
    answer = site.ask(ESSAY, Host="evil.example")
    assert b"Broadsheet" not in answer.body or answer.status == 400


def test_long_addresses_and_headers_shut_nobody_out(site: Site) -> None:
    assert site.ask(f"{ESSAY}?utm_source={'a' * 7000}").status == 200
    for sent in ({"path": f"{ESSAY}?{'a' * 100_000}"}, {"path": ESSAY, "X_Large": "a" * 2_000_000}):
        with suppress(OSError):  # it may hang up before it has read all
            assert site.ask(**sent).status in (400, 414, 431, 502)
    assert site.ask(ESSAY).status == 200


# -- authors ------------------------------------------------------------------------------------------------


@dataclass
class Author:
    """An author's browser: it keeps its cookie, and sends the token of the page that it opened last."""

    site: Site
    cookie: str = ""
    token: str = ""

    def ask(self, path: str, method: str = "GET", body: bytes | None = None, **headers: str) -> Answer:
        kept = {"Cookie": self.cookie} if self.cookie else {}
        answer = self.site.ask(path, method, body, **kept, **headers)
        self.cookie = answer.headers.get("set-cookie", self.cookie).partition(";")[0]
        return answer

    def open(self, path: str) -> None:
        answer = self.ask(path)
        assert answer.status == 200, (path, answer.status)
        self.token = html.document_fromstring(answer.body).xpath("//input[@name='csrf_token']/@value")[0]

    def send(self, path: str, fields: dict[str, str], **headers: str) -> Answer:
        body = urlencode({**fields, "csrf_token": self.token}).encode()
        headers = {"Origin": ADDRESS, "Content_Type": "application/x-www-form-urlencoded", **headers}
        return self.ask(path, "POST", body, **headers)

    def upload(self, data: bytes) -> Answer:
        edge = b"--edge\r\nContent-Disposition: form-data; name="
        body = edge + b'"csrf_token"\r\n\r\n' + self.token.encode() + b"\r\n"
        body += edge + b'"file"; filename="a.png"\r\nContent-Type: image/png\r\n\r\n' + data + b"\r\n--edge--\r\n"
        kind = "multipart/form-data; boundary=edge"
        return self.ask("/admin/media/", "POST", body, Origin=ADDRESS, Content_Type=kind)


@pytest.fixture
def author(site: Site) -> Author:
    """An author who has signed in, and claimed to come from elsewhere."""
    author = Author(site)
    author.open("/admin/sign-in/")
    claim = {"X_Forwarded_For": "198.51.100.9, 127.0.0.1", "X_Forwarded_Proto": "http"}
    answer = author.send("/admin/sign-in/", {"email": EMAIL, "password": PASSWORD}, **claim)
    assert answer.status == 303, html.document_fromstring(answer.body).text_content()
    assert "; Secure" in answer.headers["set-cookie"] and "; HttpOnly" in answer.headers["set-cookie"]
    return author


def test_forms_of_other_sites_are_refused(author: Author) -> None:
    fields = {"title": "A title", "body": "A text.", "action": "save"}
    author.open("/admin/posts/new/")
    assert author.send("/admin/posts/new/", fields, Origin="https://evil.example").status == 403
    answer = author.send("/admin/posts/new/", fields, X_Forwarded_Host="evil.example")
    assert answer.status == 303 and "evil" not in answer.headers["location"]


def test_the_address_that_a_client_claims_is_not_believed(author: Author) -> None:
    """Limits of attempts count by it."""
    with closing(sqlite_driver().connect(str(author.site.blog.instance / "blog.db"))) as connection:
        assert {row[0] for row in connection.execute("SELECT address FROM session")} == {"127.0.0.1"}


def test_pictures_come_through_up_to_the_limit_of_broadsheet(author: Author) -> None:
    author.open("/admin/media/")
    small = picture(colour="navy")
    end = small.index(b"IEND") - 4
    data = b"eaSt" + os.urandom(20 * 2**20)  # a chunk that programs skip
    chunk = struct.pack(">I", len(data) - 4) + data + struct.pack(">I", zlib.crc32(data))
    assert author.upload(small[:end] + chunk + small[end:]).status == 303
    with suppress(OSError):  # Caddy may hang up before it has read all
        assert author.upload(bytes(42 * 2**20)).status == 413
    assert author.site.ask(ESSAY).status == 200
