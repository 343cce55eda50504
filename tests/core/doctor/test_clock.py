"""What the doctor says of the clock and the time zone."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from blog import clock
from blog.core.site.settings import configure
from tests.core.doctor.findings import change, said, seen
from tests.world import Blog

At = Callable[[datetime], None]
NOW = datetime.now(UTC).replace(microsecond=0)


def test_a_clock_behind_what_it_dated_is_told(blog: Blog, at: At) -> None:
    blog.make_post("Post")
    at(clock.now() - timedelta(hours=2))
    assert "yet the newest text or change is of" in seen(blog) and "timedatectl" in seen(blog)
    at(clock.now() + timedelta(hours=3))
    assert seen(blog) == ""


def test_many_changes_within_a_second_say_nothing_of_the_clock(blog: Blog) -> None:
    """Each is dated a second after the one before, so that readers' programs see every one."""
    change(blog.instance, "UPDATE site SET changed_at = '2099-01-01 00:00:00.000000'")
    assert seen(blog) == ""


def test_a_clock_before_the_code_is_told(blog: Blog, at: At) -> None:
    change(blog.instance, "UPDATE site SET changed_at = '2000-01-01 00:00:00'")
    at(datetime(2001, 1, 1, tzinfo=UTC))
    assert "yet this code was installed on" in seen(blog)
    at(NOW)
    assert seen(blog) == ""


def test_a_time_zone_that_is_not_known_here_is_told(blog: Blog) -> None:
    change(blog.instance, "UPDATE site SET timezone = 'Mars/Base'")
    assert "Nothing is known here of the time zone Mars/Base" in said(blog.app.extensions["settings"])
    configure("timezone", "Europe/Berlin")
    assert seen(blog) == ""
