"""Wrong passwords: how many, from where, and who cannot be kept out by them."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from blog.core.accounts import throttle
from blog.core.errors import TooManyAttempts
from blog.models import Attempt
from tests.admin.conftest import ANA, PASSWORD, Author, Visitor, alerts, join, rows
from tests.web.ask import served
from tests.world import Blog, Result

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
At = Callable[[datetime], None]
KEY = "k" * 40


def statuses(guesses: list[tuple[Visitor, str]]) -> list[int]:
    return [visitor.sign_in(email, "wrong").status_code for visitor, email in guesses]


def test_twenty_guesses_from_one_address_are_stopped(blog: Blog) -> None:
    join(ANA, "Ana")
    guesses = [(Visitor(blog.app), f"name{number}@example.org") for number in range(20)]
    assert statuses(guesses) == [422] * 10 + [429] * 10
    answer = Visitor(blog.app).sign_in()
    assert answer.status_code == 429  # nor is a right one looked at
    assert 0 < int(answer.headers["Retry-After"]) <= 900
    assert alerts(answer) == ["Too many attempts. Please wait 15 minutes, then try again."]
    assert ANA in answer.text and PASSWORD not in answer.text
    assert Visitor(blog.app, "192.0.2.8").sign_in().status_code == 303


def test_twenty_addresses_for_one_account_are_stopped(blog: Blog) -> None:
    join(ANA, "Ana")
    guesses = [(Visitor(blog.app, f"198.51.100.{number}"), ANA) for number in range(20)]
    assert statuses(guesses) == [422] * 10 + [429] * 10
    assert Visitor(blog.app, "203.0.113.1").sign_in().status_code == 429
    assert Visitor(blog.app, "203.0.113.1").sign_in("bo@example.org").status_code == 422


def test_a_forged_header_changes_nothing(blog: Blog) -> None:
    join(ANA, "Ana")
    visitor, answers = Visitor(blog.app), []
    token = visitor.token("/admin/sign-in/")
    for number in range(12):
        headers = dict.fromkeys(("X-Forwarded-For", "X-Real-IP", "Client-IP", "Forwarded"), f"203.0.113.{number}")
        fields = {"email": f"x{number}@example.org", "password": "wrong", "csrf_token": token}
        answers.append(visitor.open("/admin/sign-in/", "POST", data=fields, headers=headers).status_code)
    assert answers == [422] * 10 + [429] * 2
    assert {row.address for row in rows(Attempt)} == {"192.0.2.7"}


def test_behind_a_proxy_its_last_word_counts(blog: Blog) -> None:
    with served(blog, trusted_proxies=1) as behind:
        visitor = Visitor(behind.app, "10.0.0.1")
        fields = {"email": ANA, "password": "wrong", "csrf_token": visitor.token("/admin/sign-in/")}
        headers = {"X-Forwarded-For": "6.6.6.6, 203.0.113.9"}
        visitor.open("/admin/sign-in/", "POST", data=fields, headers=headers)
        assert [row.address for row in rows(Attempt)] == ["203.0.113.9"]


def test_guesses_sent_at_once_are_counted_one_after_the_other(blog: Blog) -> None:
    join(ANA, "Ana")
    visitors = [Visitor(blog.app, f"198.51.100.{number}") for number in range(16)]
    tokens = [visitor.token("/admin/sign-in/") for visitor in visitors]

    def guess(number: int) -> int:
        fields = {"email": ANA, "password": "wrong", "csrf_token": tokens[number]}
        return int(visitors[number].open("/admin/sign-in/", "POST", data=fields).status_code)

    with ThreadPoolExecutor(16) as pool:
        answers = sorted(pool.map(guess, range(16)))
    assert answers == [422] * 10 + [429] * 6


def test_where_the_author_signed_in_before_others_do_not_keep_them_out(blog: Blog, at: At) -> None:
    join(ANA, "Ana")
    at(NOW)
    home = Visitor(blog.app, "192.0.2.50")
    assert home.sign_in().status_code == 303
    home.post("/admin/sign-out/")  # known is the address, not only an open session
    at(NOW + timedelta(days=10))
    statuses([(Visitor(blog.app, f"198.51.100.{number}"), ANA) for number in range(11)])
    assert Visitor(blog.app, "203.0.113.1").sign_in().status_code == 429
    assert home.sign_in().status_code == 303
    home.post("/admin/sign-out/")
    assert statuses([(home, ANA)] * 11) == [422] * 10 + [429]


def test_success_forgets_the_failures_of_the_account_here(blog: Blog) -> None:
    join(ANA, "Ana")
    visitor = Visitor(blog.app)
    for _ in range(2):
        assert statuses([(visitor, ANA)] * 6) == [422] * 6
        assert visitor.sign_in().status_code == 303
        visitor.post("/admin/sign-out/")
    assert [(row.succeeded, row.address) for row in rows(Attempt)] == [(True, "192.0.2.7")]


def test_the_window_moves_on(blog: Blog, at: At) -> None:
    for number in range(10):
        at(NOW + timedelta(minutes=number))
        throttle.check_and_record(f"x{number}@example.org", throttle.client_of("192.0.2.1", "", KEY))
    here = throttle.client_of("192.0.2.1", "", KEY)
    at(NOW + timedelta(minutes=14, seconds=30))
    with pytest.raises(TooManyAttempts, match="wait 1 minute, then") as refusal:
        throttle.check_and_record(ANA, here)
    assert refusal.value.seconds == 30
    at(NOW + timedelta(minutes=15))
    throttle.check_and_record(ANA, here)
    with pytest.raises(TooManyAttempts) as refusal:
        throttle.check_and_record(ANA, here)
    assert refusal.value.seconds == 60
    at(NOW + timedelta(hours=1))
    throttle.check_and_record(ANA, here)
    assert len(rows(Attempt)) == 1  # old ones are gone


def test_a_known_address_is_forgotten_in_the_end(blog: Blog, at: At) -> None:
    from blog.core.db.transaction import write_transaction

    here = throttle.client_of("192.0.2.1", "", KEY)
    at(NOW)
    with write_transaction() as session:
        throttle.record_success(session, ANA, here)
    at(NOW + timedelta(days=91))
    throttle.check_and_record("bo@example.org", here)
    assert [row.succeeded for row in rows(Attempt)] == [False]


def test_the_command_line_helps_who_is_kept_out(blog: Blog, command: Callable[..., Result]) -> None:
    author = Author(blog, address="203.0.113.1")
    statuses([(Visitor(blog.app, f"198.51.100.{number}"), ANA) for number in range(10)])
    assert Visitor(blog.app).sign_in().status_code == 429
    done = command("user", "password", ANA, "--password-stdin", stdin="eight loud rivers\n")
    assert done.status == 0
    assert Visitor(blog.app).sign_in(password="eight loud rivers").status_code == 303
    assert author.get("/admin/").status_code == 303  # its session has ended


def test_no_name_or_password_typed_is_kept(blog: Blog, visitor: Visitor) -> None:
    visitor.sign_in("my secret password", "secret")
    (row,) = rows(Attempt)
    assert "secret" not in repr(vars(row)) and len(row.account) == 64


@pytest.mark.parametrize(
    ("said", "place"),
    [
        ("192.0.2.1", "192.0.2.1"), ("192.0.2.1:5555", "192.0.2.1"), ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"), ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2::9]:443", "2001:db8:1:2::/64"), ("[2001:db8:1:2::9]", "2001:db8:1:2::/64"), ("::1", "::/64"),
        ("", ""), ("unknown", "unknown"), ("x\0y" * 500, ("xy" * 500)[:300]), ("fe80::1%eth0", "fe80::/64"),
    ],
)  # fmt: skip
def test_an_address_is_named_by_whom_it_may_be(said: str, place: str) -> None:
    assert throttle.network_of(said) == place


def test_an_e_mail_address_of_megabytes_is_nobodys(blog: Blog) -> None:
    join(ANA, "Ana")
    visitor = Visitor(blog.app)
    assert visitor.sign_in("a" + "\u0301\u0316" * 200_000).status_code == 422
    assert visitor.sign_in(ANA + "x" * 2000).status_code == 422
    assert visitor.sign_in(f" {ANA} ").status_code == 303
