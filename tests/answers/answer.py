"""What a checkout answers to one question: named parts that are compared one by one."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.answers.web.client import Reply

# Date is the server's clock. Connection says whether it closes the connection, which depends on how much of a body that
# it refuses has come already.
IGNORED_HEADERS = ("date", "connection")


@dataclass(frozen=True)
class Answer:
    """The parts of an answer by name, such as `status`, `headers` and `body`, or `exit`, `output` and `errors`."""

    parts: Mapping[str, bytes] = field(default_factory=dict)


def of_reply(reply: Reply) -> Answer:
    """Return the parts of an HTTP response.

    Headers are sorted by name, because their order has no meaning (RFC 9110, 5.3); those of one name keep theirs. The
    body is decoded: Content-Length still counts the bytes on the wire.
    """
    headers = sorted(
        (
            (name.lower(), _value(name.lower(), value))
            for name, value in reply.headers
            if name.lower() not in IGNORED_HEADERS
        ),
        key=lambda header: header[0],
    )
    lines = "".join(f"{name}: {value}\n" for name, value in headers)
    return Answer(
        {"status": str(reply.status).encode(), "headers": lines.encode("utf-8", "replace"), "body": reply.decoded()}
    )


def _value(name: str, value: str) -> str:
    """Return the value of a header; the methods of Allow, to which OPTIONS gives a random order, are sorted."""
    return ", ".join(sorted(value.split(", "))) if name == "allow" else value


def of_command(status: int, output: bytes, errors: bytes, files: Mapping[str, bytes] | None = None) -> Answer:
    """Return the parts of a finished command; `files` are those that it wrote, by name."""
    return Answer({"exit": str(status).encode(), "output": output, "errors": errors, **(files or {})})
