"""What is set aside: in order, without a name, and never larger than the disk takes without a word."""

import resource
from pathlib import Path

import pytest

from blog.core.errors import Unavailable
from blog.transfer.spool import IN_MEMORY, Spool


def test_things_come_back_in_their_order_as_often_as_asked_for(tmp_path: Path) -> None:
    with Spool[tuple[int, str]](tmp_path) as spool:
        for number in range(5):
            spool.put((number, "x" * number))
        assert len(spool) == 5
        for _ in range(2):
            assert list(spool) == [(number, "x" * number) for number in range(5)]


def test_what_is_too_much_for_the_memory_lies_in_a_file_without_a_name(tmp_path: Path) -> None:
    with Spool[bytes](tmp_path) as spool:
        for number in range(5):
            spool.put(bytes([number]) * (IN_MEMORY // 3))
        assert not list(tmp_path.iterdir())
        assert [item[0] for item in spool] == list(range(5))
        opened = [str(entry.readlink()) for entry in Path("/proc/self/fd").iterdir() if entry.is_symlink()]
        assert any(name.startswith(str(tmp_path)) and name.endswith("(deleted)") for name in opened)
    assert not list(tmp_path.iterdir())


def test_a_full_disk_is_one_sentence(tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2 * IN_MEMORY, hard))
    try:
        with (
            pytest.raises(Unavailable, match=r"cannot be set aside in .*: File too large. Nothing was imported\.$"),
            Spool[bytes](tmp_path) as spool,
        ):
            for _ in range(30):
                spool.put(b"x" * (IN_MEMORY // 10))
            list(spool)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
