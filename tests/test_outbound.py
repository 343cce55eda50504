"""The HTTP client goes nowhere but to the public internet and where the owner allows it, and never for long."""

import gzip
import shutil
import ssl
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpcore
import pytest

from blog import __version__, outbound
from blog.outbound import OutboundResponse, Unreachable
from tests.hub import Hub, listening, saying
from tests.world import SITE_URL

PUBLIC = "93.184.215.14"


@pytest.fixture
def hub() -> Iterator[Hub]:
    with listening() as hub:
        yield hub


@pytest.fixture
def resolved(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """What the name service says of each name: the outside network."""
    names: dict[str, list[str]] = {}
    monkeypatch.setattr(outbound, "resolve", lambda host, _port: names[host])
    return names


@pytest.fixture
def connections(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """The connections that would have been opened; none leads anywhere."""
    opened: list[tuple[str, int]] = []

    def connect(_self: Any, host: str, port: int, *_: Any) -> httpcore.NetworkStream:
        opened.append((host, port))
        raise httpcore.ConnectError("no way")

    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", connect)
    return opened


def get(address: str, *allow: str, **headers: str) -> OutboundResponse:
    return outbound.get(address, site=SITE_URL, allow=allow, headers=headers)


def refused(address: str, *allow: str) -> str:
    """Why there is no answer: one sentence."""
    with pytest.raises(Unreachable) as caught:
        get(address, *allow)
    sentence = str(caught.value)
    assert sentence.endswith(".") and "\n" not in sentence and "Error" not in sentence and "[" not in sentence[:1]
    return sentence


# -- what it says and hears ---------------------------------------------------------------------------------


def test_it_gets_what_is_there(hub: Hub) -> None:
    hub.answers = lambda _: (200, {"ETag": '"1"'}, b"Hello")
    answer = get(hub.address, hub.place, Accept="application/atom+xml")
    assert (answer.status, answer.headers["etag"], answer.body, answer.address) == (200, '"1"', b"Hello", hub.address)
    [(method, path, headers, _)] = hub.heard
    assert (method, path, headers["Accept"], headers["Host"]) == ("GET", "/hub", "application/atom+xml", hub.place)


def test_it_says_who_asks_and_wants_nothing_compressed(hub: Hub) -> None:
    get(hub.address, hub.place)
    [(_, _, headers, _)] = hub.heard
    assert headers["User-Agent"] == f"Broadsheet/{__version__} (+{SITE_URL}/)"
    assert headers["Accept-Encoding"] == "identity"


def test_it_posts_a_form(hub: Hub) -> None:
    answer = outbound.post(hub.address, {"a": "1 & 2", "b": "é"}, site=SITE_URL, allow=[hub.place])
    [(method, _, headers, form)] = hub.heard
    assert (answer.status, method, form) == (202, "POST", {"a": ["1 & 2"], "b": ["é"]})
    assert headers["Content-Type"] == "application/x-www-form-urlencoded"


def test_it_takes_no_proxy_and_no_password_from_the_environment(
    hub: Hub, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/")
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login ana password secret\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NETRC", str(tmp_path / ".netrc"))
    assert get(hub.address, hub.place).status == 202
    assert "Authorization" not in hub.heard[0][2]


# -- where it does not go -----------------------------------------------------------------------------------

PRIVATE = [
    "0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "127.8.8.8", "169.254.169.254", "172.16.0.1", "192.0.0.8",
    "192.0.2.1", "192.168.1.1", "198.18.0.1", "198.51.100.1", "203.0.113.9", "224.0.0.1", "239.1.1.1", "240.0.0.1",
    "255.255.255.255", "::", "::1", "::7f00:1", "::ffff:10.0.0.1", "::ffff:127.0.0.1", "64:ff9b::7f00:1",
    "64:ff9b::a00:1", "3fff::1",
    "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::", "2002:c0a8:101::1", "fc00::1", "fd12::1",
    "fe80::1", "fec0::1", "ff02::1", "ff0e::1",
]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_it_connects_to_no_address_that_is_not_public(
    resolved: dict[str, list[str]], connections: list[tuple[str, int]], address: str
) -> None:
    assert not outbound.is_public(address)
    resolved["inside.example"] = [address]
    said = refused("https://inside.example/")
    assert said == f"inside.example, at {address}, is not on the public internet."
    assert connections == []


@pytest.mark.parametrize(
    "host",
    [*(f"[{one}]" if ":" in one else one for one in PRIVATE), "localhost", "0x7f.1", "2130706433", "017700000001",
     "127.1", "[::FFFF:7F00:1]", "[fe80::1%25lo]", "[fe80::1%lo]"],
)  # fmt: skip
def test_no_spelling_of_such_an_address_gets_through(connections: list[tuple[str, int]], host: str) -> None:
    refused(f"http://{host}/")
    assert connections == []


@pytest.mark.parametrize("address", [PUBLIC, "2606:2800:21f:cb07::1", "64:ff9b::5db8:d70e", "::ffff:93.184.215.14"])
def test_it_connects_to_public_ones(
    resolved: dict[str, list[str]], connections: list[tuple[str, int]], address: str
) -> None:
    resolved["outside.example"] = [address]
    refused("https://outside.example/")
    assert connections == [(address, 443)]


def test_a_name_with_addresses_of_both_kinds_leads_to_the_public_ones(
    resolved: dict[str, list[str]], connections: list[tuple[str, int]]
) -> None:
    resolved["both.example"] = ["10.0.0.1", PUBLIC, "::1", "1.1.1.1"]
    refused("http://both.example/")
    assert connections == [(PUBLIC, 80), ("1.1.1.1", 80)]


def test_a_name_is_asked_for_once_a_connection(
    monkeypatch: pytest.MonkeyPatch, connections: list[tuple[str, int]]
) -> None:
    """The name service gives a public address to whoever checks, and another to whoever connects."""
    answers = [[PUBLIC], ["127.0.0.1"]]
    monkeypatch.setattr(outbound, "resolve", lambda _host, _port: answers.pop(0))
    refused("http://rebinding.example/")
    assert connections == [(PUBLIC, 80)] and answers == [["127.0.0.1"]]


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("ftp://outside.example/", "is not a whole http or https address."),
        ("file:///etc/passwd", "is not a whole http or https address."),
        ("javascript:alert(1)", "is not a whole http or https address."),
        ("//outside.example/", "is not a whole http or https address."),
        ("outside.example", "is not a whole http or https address."),
        ("", "is not a whole http or https address."),
        ("http:///hub", "is not a whole http or https address."),
        ("http://[::1", "is not an address."),
        ("http://out\r\nside.example/", "“http://out  side.example/” is not an address."),
        ("http://outside.example:x/", "is not an address."),
        ("http://ana@outside.example/", "The address at outside.example holds a user name; it must not."),
        ("http://ana:secret@outside.example/", "The address at outside.example holds a user name; it must not."),
        ("http://outside.example:8080/", "Port 8080 of outside.example may not be asked: only 80 and 443."),
        ("https://outside.example:22/", "Port 22 of outside.example may not be asked: only 80 and 443."),
        ("http://outside.example:0/", "Port 0 of outside.example may not be asked: only 80 and 443."),
    ],
)
def test_it_knows_http_and_its_ports_only(
    resolved: dict[str, list[str]], connections: list[tuple[str, int]], address: str, said: str
) -> None:
    resolved["outside.example"] = [PUBLIC]
    assert refused(address).endswith(said)
    assert connections == []


@pytest.mark.parametrize(
    ("allow", "address", "there"),
    [
        ("hub.lan", "http://hub.lan/", True),
        ("hub.lan", "https://hub.lan/", True),
        ("hub.lan", "http://hub.lan:8080/", False),
        ("hub.lan:8080", "http://hub.lan:8080/", True),
        ("hub.lan:8080", "http://hub.lan/", False),
        ("hub.lan", "http://other.lan/", False),
        ("[::1]:8080", "http://[::1]:8080/", True),
    ],
)
def test_the_owner_can_allow_places_inside(
    resolved: dict[str, list[str]], connections: list[tuple[str, int]], allow: str, address: str, there: bool
) -> None:
    resolved.update({"hub.lan": ["10.0.0.1"], "other.lan": ["10.0.0.1"], "::1": ["::1"]})
    refused(address, allow)
    assert bool(connections) == there


def test_names_are_allowed_as_the_name_service_knows_them(
    resolved: dict[str, list[str]], connections: list[tuple[str, int]]
) -> None:
    resolved["xn--mller-kva.lan"] = ["10.0.0.1"]
    refused("http://Müller.lan:8080/", "xn--mller-kva.lan:8080")
    assert connections == [("10.0.0.1", 8080)]


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("http://Hub.lan/feed.xml", "hub.lan:80"),
        ("https://hub.lan/", "hub.lan:443"),
        ("http://[::1]:8000/x", "[::1]:8000"),
        ("http://müller.lan:81", "xn--mller-kva.lan:81"),
    ],
)
def test_the_place_of_an_address_can_be_allowed(
    resolved: dict[str, list[str]], connections: list[tuple[str, int]], address: str, place: str
) -> None:
    assert outbound.host_and_port(address) == place
    resolved.update({name: ["10.0.0.1"] for name in ("hub.lan", "::1", "xn--mller-kva.lan")})
    refused(address, place)
    assert len(connections) == 1


def test_a_name_that_nobody_knows(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(_host: str, _port: int) -> list[str]:
        raise OSError

    monkeypatch.setattr(outbound, "resolve", unknown)
    assert refused("http://nobody.example/") == "There is no address for nobody.example."


# -- redirects ----------------------------------------------------------------------------------------------


def test_it_follows_three_redirects_and_no_fourth(hub: Hub) -> None:
    hub.answers = lambda call: (302, {"Location": f"/{call}"}, b"") if call <= 3 else (200, {}, b"Here")
    answer = get(hub.address, hub.place)
    assert (answer.body, answer.address) == (b"Here", f"http://{hub.place}/3")
    hub.heard.clear()
    hub.answers = lambda call: (302, {"Location": f"/{call}"}, b"") if call <= 4 else (200, {}, b"Here")
    assert refused(hub.address, hub.place) == "127.0.0.1 redirects more than 3 times."
    assert len(hub.heard) == 4


@pytest.mark.parametrize(
    "target",
    ["http://10.0.0.1/", "https://169.254.169.254/latest/", "//[::1]/", "http://localhost:1/", "ftp://a.example/",
     "file:///etc/passwd", "http://ana@a.example/", "http://[bad", "\\\\inside\\x"],
)  # fmt: skip
def test_each_redirect_is_looked_at(hub: Hub, target: str) -> None:
    hub.answers = lambda call: (302, {"Location": target}, b"") if call == 1 else (404, {}, b"")
    try:
        assert get(hub.address, hub.place).address.startswith(f"http://{hub.place}/")  # taken for a path of its own
    except Unreachable:
        assert len(hub.heard) == 1


@pytest.mark.parametrize(
    ("status", "method"), [(301, "POST"), (302, "POST"), (303, "GET"), (307, "POST"), (308, "POST")]
)
def test_a_form_goes_along_with_a_redirect(hub: Hub, status: int, method: str) -> None:
    hub.answers = lambda call: (status, {"Location": "/moved"}, b"") if call == 1 else (202, {}, b"")
    outbound.post(hub.address, {"a": "1"}, site=SITE_URL, allow=[hub.place])
    assert [(call[0], call[1]) for call in hub.heard] == [("POST", "/hub"), (method, "/moved")]
    assert hub.heard[1][3] == ({"a": ["1"]} if method == "POST" else {})


# -- how much and how long ----------------------------------------------------------------------------------


def test_a_megabyte_is_read_and_no_more(hub: Hub) -> None:
    hub.answers = lambda _: (200, {}, b"a" * 1_000_000)
    assert len(get(hub.address, hub.place).body) == 1_000_000
    hub.answers = lambda _: (200, {}, b"a" * 1_000_001)
    assert refused(hub.address, hub.place) == "127.0.0.1 sends more than 1 MB."


def test_an_answer_without_an_end_is_read_for_a_megabyte() -> None:
    with saying(b"HTTP/1.1 200 OK\r\n\r\n", b"a" * 100_000, pause=0.001) as place:
        assert refused(f"http://{place}/", place) == "127.0.0.1 sends more than 1 MB."


def test_a_compressed_answer_is_not_unpacked(hub: Hub) -> None:
    bomb = gzip.compress(b"\0" * 50_000_000)
    hub.answers = lambda _: (200, {"Content-Encoding": "gzip"}, bomb)
    assert refused(hub.address, hub.place) == "127.0.0.1 sends a compressed answer, which nobody asked for."


@pytest.mark.parametrize(
    "parts",
    [
        [b""],
        [b"HTTP/1.1 200 OK\r\n", b"X-A: a\r\n"],
        [b"H"],
        [b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n", b"a"],
        [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n"],
        [b"HTTP/1.1 102 Processing\r\n\r\n"],
    ],
    ids=["silence", "drips a head", "drips no head", "drips a body", "drips chunks", "drips promises"],
)
def test_the_time_is_for_all_of_it(monkeypatch: pytest.MonkeyPatch, parts: list[bytes]) -> None:
    monkeypatch.setattr(outbound, "MAX_SECONDS", 0.5)
    with saying(*parts, pause=0.1) as place:
        began = time.monotonic()
        said = refused(f"http://{place}/", place)
        assert time.monotonic() - began < 2
    assert said in ("127.0.0.1 did not answer within 0.5 seconds.", "127.0.0.1 broke off, or does not speak HTTP.")


def test_a_slow_name_service_takes_no_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbound, "MAX_SECONDS", 0.2)
    monkeypatch.setattr(outbound, "resolve", lambda _host, _port: time.sleep(1) or [PUBLIC])
    began = time.monotonic()
    refused("http://slow.example/")
    assert time.monotonic() - began < 0.9


def test_redirects_take_no_longer(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbound, "MAX_SECONDS", 0.5)
    hub.answers = lambda _: time.sleep(0.3) or (302, {"Location": "/on"}, b"")
    assert "did not answer" in refused(hub.address, hub.place)
    assert len(hub.heard) <= 2


@pytest.mark.parametrize("said", [b"", b"SSH-2.0-OpenSSH_9.2\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab"])
def test_what_is_no_whole_answer_is_none(said: bytes) -> None:
    with saying(said) as place:
        assert refused(f"http://{place}/", place) == "127.0.0.1 broke off, or does not speak HTTP."


def test_nobody_there(hub: Hub) -> None:
    with saying(b"") as place:
        pass
    assert refused(f"http://{place}/", place) == "127.0.0.1 cannot be reached: Connection refused."


# -- https --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for hub.example, with its key."""
    if not shutil.which("openssl"):
        pytest.skip("openssl is not installed")
    file = tmp_path_factory.mktemp("tls") / "hub.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=hub.example", "-addext", "subjectAltName=DNS:hub.example", "-keyout", file,
         "-out", f"{file}.crt"],
        check=True, capture_output=True,
    )  # fmt: skip
    file.write_bytes(file.read_bytes() + Path(f"{file}.crt").read_bytes())
    return file


@pytest.fixture
def secure(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A hub that speaks https, with a certificate that is trusted here."""
    trusted = ssl.create_default_context(cafile=str(certificate))
    monkeypatch.setattr(outbound, "tls_context", lambda: trusted)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with listening(context) as hub:
        hub.names = []  # type: ignore[attr-defined]
        context.sni_callback = lambda _socket, name, _context: hub.names.append(name)  # type: ignore[attr-defined]
        yield hub


def test_https_keeps_the_name(secure: Hub, resolved: dict[str, list[str]]) -> None:
    resolved["hub.example"] = ["127.0.0.1"]
    place = f"hub.example:{secure.port}"
    assert get(f"https://{place}/", place).status == 202
    assert secure.heard[0][2]["Host"] == place
    assert secure.names == ["hub.example"]  # type: ignore[attr-defined]


def test_a_certificate_for_another_name_is_not_taken(secure: Hub, resolved: dict[str, list[str]]) -> None:
    resolved["other.example"] = ["127.0.0.1"]
    place = f"other.example:{secure.port}"
    assert refused(f"https://{place}/", place).startswith("The certificate of other.example is not valid: ")
    assert secure.heard == []


def test_a_certificate_that_nobody_vouches_for_is_not_taken(
    secure: Hub, resolved: dict[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbound, "tls_context", ssl.create_default_context)
    resolved["hub.example"] = ["127.0.0.1"]
    place = f"hub.example:{secure.port}"
    assert (
        refused(f"https://{place}/", place) == "The certificate of hub.example is not valid: self-signed certificate."
    )


def test_https_to_a_server_that_does_not_speak_it(hub: Hub) -> None:
    said = refused(f"https://{hub.place}/", hub.place)
    assert said == "127.0.0.1 speaks no https that is understood here."
