import mmap
import os
import subprocess
import sys
import time

from bench import proc

CHILD = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'input()'])"


def test_the_tree_holds_children_and_theirs() -> None:
    assert proc.tree(os.getpid())[0] == os.getpid()
    with subprocess.Popen([sys.executable, "-c", CHILD], stdin=subprocess.PIPE) as child:
        deadline = time.monotonic() + 10
        while len(proc.tree(child.pid)) < 2 and time.monotonic() < deadline:
            time.sleep(0.01)
        both = proc.tree(child.pid)
        assert len(both) == 2 and set(both) <= set(proc.tree(os.getpid()))
        assert proc.pss_megabytes(child.pid) > 1


def test_processor_time_is_counted_when_a_child_has_ended_too() -> None:
    before = proc.cpu_seconds(os.getpid())
    subprocess.run([sys.executable, "-c", "import time\nwhile time.process_time() < 0.3: pass"], check=True)
    assert 0.2 < proc.cpu_seconds(os.getpid()) - before < 5


def test_memory_is_that_of_living_processes() -> None:
    own = proc.pss_megabytes(os.getpid())
    with mmap.mmap(-1, 30_000_000) as weight:  # new pages: bytes may find room that was held before
        weight.write(b"x" * 30_000_000)
        assert proc.pss_megabytes(os.getpid()) - own > 20
    with subprocess.Popen(["/bin/true"]) as gone:
        gone.wait()
        assert proc.pss_megabytes(gone.pid) == 0


def test_the_processor_has_a_name() -> None:
    assert proc.cpu_model()
