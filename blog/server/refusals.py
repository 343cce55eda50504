"""Answers to requests that the application never sees."""

from blog.web.responses import Answer


def _refusal(status: str, text: str, retry: bool = False) -> Answer:
    headers = [("Content-Type", "text/plain; charset=utf-8"), ("Cache-Control", "no-store")]
    return Answer(status, [*headers, ("Retry-After", "5")] if retry else headers, f"{text}\n".encode())


BUSY = _refusal(
    "503 Service Unavailable",
    "Too many requests are coming in at once. Nothing was done; please try again in a moment.",
    retry=True,
)
CUT_OFF = _refusal("400 Bad Request", "The request ended too early. Nothing was done; please send it again.")
TOO_SLOW = _refusal("408 Request Timeout", "The request did not arrive in time. Nothing was done.")
BROKEN = _refusal("500 Internal Server Error", "Something broke here. The error has been written down.")


class Refused(Exception):
    """A request is refused with an answer."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer
