"""Keys of pages: what was made is read again, what was not is refused."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blog.core.db import keyset
from blog.core.errors import NotFound

MOMENTS = st.datetimes(timezones=st.just(UTC))


@given(MOMENTS, st.integers(0, 10**17))
def test_a_key_is_read_as_it_was_made(moment: datetime, number: int) -> None:
    assert keyset.decode_id_key(keyset.encode_key(moment, number)) == (moment, number)


@given(MOMENTS, st.from_regex(r"/[^\n\r]{0,50}", fullmatch=True))
def test_a_path_may_tell_rows_apart(moment: datetime, path: str) -> None:
    assert keyset.decode_key(keyset.encode_key(moment, path)) == (moment, path)


@pytest.mark.parametrize("key", ["", "-", "1", "1-", "x-1", "1-x", "1-2-3", "999999999999999999-1", "1-\u0661", "1 -1"])
def test_what_is_no_key_is_not_found(key: str) -> None:
    with pytest.raises(NotFound):
        keyset.decode_id_key(key)
