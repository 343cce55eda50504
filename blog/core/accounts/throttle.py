"""How often passwords may be tried: ten failures in a quarter of an hour, of an account and of a network address.

An attempt is counted before its password is looked at, in one transaction with the judgement: guesses sent at once, to
several processes, count one after the other. An address at which the account signed in before is stopped by its own
failures only; or else anybody, from anywhere, could keep the author out.
"""

import hashlib
import hmac
import ipaddress
import math
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.orm import Session

from blog import clock
from blog.core.db.transaction import writing
from blog.core.errors import TooMany
from blog.core.text import validate
from blog.models import Attempt

MAX_FAILURES = 10
WINDOW = timedelta(minutes=15)
TRUST_LIFETIME = timedelta(days=90)
MAX_LENGTH = 300


@dataclass(frozen=True)
class Client:
    """Who gives a password: from which address, by which browser. `key` hides the names of accounts."""

    address: str
    agent: str
    key: str

    def account(self, email: str) -> str:
        """What attempts at an account are counted by."""
        return account_hash(email, self.key)


def client_of(address: str | None, agent: str, key: str) -> Client:
    """A caller, as limits and lists of sessions name them."""
    return Client(network_of(address or ""), validate.one_line(agent)[:MAX_LENGTH], key)


def network_of(address: str) -> str:
    """The network address that counts: of IPv6 the network of a household, which has more addresses than anybody can
    count. Some proxies tell a port, too."""
    host = address.strip("[]") if address.count(":") != 1 else address.partition(":")[0]
    host = host.partition("]")[0]
    try:
        found = ipaddress.ip_address(host)
    except ValueError:
        return validate.one_line(address)[:MAX_LENGTH]
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return str(ipaddress.ip_network((int(found) >> 64 << 64, 64)))


def account_hash(email: str, key: str) -> str:
    """The keyed hash of an account's e-mail address."""
    return hmac.new(key.encode(), validate.one_line(email).lower().encode(), hashlib.sha256).hexdigest()


def check_and_record(email: str, by: Client) -> None:
    """Count an attempt. Raises TooMany when it is one too many: then no password needs to be looked at."""
    of, now = by.account(email), clock.now()
    with writing() as session:
        _forget_old(session)
        counts = [Attempt.address == by.address]
        if not _known(session, of, by.address):
            counts.append(Attempt.account == of)
        wait = max(_wait(session, which) for which in counts)
        if wait > 0:
            raise TooMany(wait)
        session.add(Attempt(at=now, account=of, address=by.address, succeeded=False))


def record_success(session: Session, email: str, by: Client) -> None:
    """Forget the failures of an account from here, and remember the address; within the caller's transaction."""
    of = by.account(email)
    session.execute(delete(Attempt).where(Attempt.account == of, Attempt.address == by.address))
    session.add(Attempt(at=clock.now(), account=of, address=by.address, succeeded=True))


def forget_failures(email: str, key: str) -> None:
    """Forget the failures of an account from everywhere."""
    with writing() as session:
        session.execute(delete(Attempt).where(Attempt.account == account_hash(email, key), ~Attempt.succeeded))


def move_account(session: Session, old: str, new: str, key: str) -> None:
    """Let what is known of an account follow it to its new e-mail address."""
    session.execute(
        update(Attempt).where(Attempt.account == account_hash(old, key)).values(account=account_hash(new, key))
    )


def _forget_old(session: Session) -> None:
    now = clock.now()
    # One from the future was counted when the clock was wrong, and would lock the door until then.
    forgotten = or_(Attempt.at <= now - WINDOW, Attempt.at > now + WINDOW)
    session.execute(delete(Attempt).where(~Attempt.succeeded, forgotten))
    session.execute(delete(Attempt).where(Attempt.succeeded, Attempt.at <= now - TRUST_LIFETIME))


def _known(session: Session, of: str, address: str) -> bool:
    known = select(Attempt.id).where(Attempt.account == of, Attempt.address == address, Attempt.succeeded)
    return session.scalar(known.limit(1)) is not None


def _wait(session: Session, which: ColumnElement[bool]) -> int:
    """Seconds until so many failures have left the window that one more may come; 0 when it may come now."""
    failures = select(Attempt.at).where(which, ~Attempt.succeeded).order_by(Attempt.at.desc())
    decisive = session.scalar(failures.offset(MAX_FAILURES - 1).limit(1))
    return math.ceil((decisive + WINDOW - clock.now()).total_seconds()) if decisive else 0
