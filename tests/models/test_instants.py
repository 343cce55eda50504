"""Instants: kept in UTC, zone-aware in Python, never naive."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import StatementError

from blog import clock
from blog.core.db.transaction import write_transaction
from blog.core.errors import BlogError
from blog.extensions import db
from blog.models import Person
from tests.world import Blog

NOON = datetime(2026, 11, 20, 12, 0, 0, 123456, tzinfo=UTC)


def keep(moment: datetime) -> None:
    """Put an instant into the database."""
    with write_transaction() as session:
        session.add(Person(name="Ana", slug="ana", created_at=moment))


@pytest.mark.parametrize(
    "moment",
    [NOON, NOON.astimezone(ZoneInfo("Asia/Kolkata")), NOON.astimezone(timezone(timedelta(hours=-9, minutes=-30)))],
)
def test_an_instant_of_any_zone_comes_back_as_the_same_instant_in_utc(app: Flask, moment: datetime) -> None:
    keep(moment)
    db.session.expire_all()
    read = db.session.scalars(select(Person.created_at)).one()
    assert (read, read.tzinfo) == (NOON, UTC)
    raw = db.session.connection().exec_driver_sql("SELECT created_at FROM person").scalar()
    assert raw == "2026-11-20 12:00:00.123456"


def test_a_naive_instant_is_refused_and_nothing_written(app: Flask) -> None:
    with pytest.raises((StatementError, BlogError), match="an instant needs a zone"):
        keep(datetime(2026, 11, 20, 12, 0))  # noqa: DTZ001
    assert db.session.scalars(select(Person)).all() == []


def test_a_naive_instant_is_refused_in_questions_too(app: Flask) -> None:
    with pytest.raises(StatementError, match="an instant needs a zone"):
        db.session.scalars(select(Person).where(Person.created_at < datetime(2026, 1, 1)))  # noqa: DTZ001


def test_no_instant_stays_none(blog: Blog) -> None:
    post = blog.again(blog.make_post(published_at=None))
    assert (post.published_at, post.updated_at, post.deleted_at) == (None, None, None)


def test_instants_compare_in_order_within_a_second(blog: Blog) -> None:
    early = blog.make_post("Early", published_at=NOON.replace(microsecond=0))
    late = blog.make_post("Late", published_at=NOON)
    found = db.session.connection().exec_driver_sql("SELECT id FROM post ORDER BY published_at").scalars().all()
    assert found == [early.id, late.id]


def test_the_clock_knows_its_zone() -> None:
    assert clock.now().tzinfo is UTC
