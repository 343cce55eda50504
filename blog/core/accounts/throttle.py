"""Limit the attempts at passwords: ten failures in 15 minutes for an account, and for a network address.

An attempt is recorded before its password is compared, in one transaction with the check: guesses sent at the same
time, to several processes, count one after the other. From an address where the account signed in before, only the
failures from that address count; otherwise anybody, from anywhere, could lock the author out.
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
from blog.core.db.transaction import write_transaction
from blog.core.errors import TooManyAttempts
from blog.core.text import validate
from blog.models import Attempt

MAX_FAILURES = 10
WINDOW = timedelta(minutes=15)
# For so long, an account's failures elsewhere do not count at an address where it signed in.
TRUST_LIFETIME = timedelta(days=90)
MAX_LENGTH = 300


@dataclass(frozen=True)
class Client:
    """The network address and the browser that send a password. `key` keys the hashes that hide account names."""

    address: str
    agent: str
    key: str


def client_of(address: str | None, agent: str, key: str) -> Client:
    """Return a client in the form that the limits and the list of sessions use."""
    return Client(network_of(address or ""), validate.one_line(agent)[:MAX_LENGTH], key)


def network_of(address: str) -> str:
    """Return the address to count attempts by: for IPv6 the /64 network, since a household has more addresses than
    anybody can count. Some proxies add a port; drop it."""
    host = address.strip("[]") if address.count(":") != 1 else address.partition(":")[0]
    host = host.partition("]")[0]
    try:
        ip = ipaddress.ip_address(host)
    except ValueError:
        return validate.one_line(address)[:MAX_LENGTH]
    if isinstance(ip, ipaddress.IPv4Address):
        return str(ip)
    if ip.ipv4_mapped:
        return str(ip.ipv4_mapped)
    return str(ipaddress.ip_network((int(ip) >> 64 << 64, 64)))


def account_hash(email: str, key: str) -> str:
    """Return the keyed hash of an account's email; attempts are stored under it."""
    return hmac.new(key.encode(), validate.one_line(email).lower().encode(), hashlib.sha256).hexdigest()


def check_and_record(email: str, client: Client) -> None:
    """Record an attempt. Raise TooManyAttempts if the limit is reached: then no password needs to be compared."""
    account, now = account_hash(email, client.key), clock.now()
    with write_transaction() as session:
        _delete_old(session)
        limits = [Attempt.address == client.address]
        if not _is_trusted(session, account, client.address):
            limits.append(Attempt.account == account)
        wait = max(_seconds_to_wait(session, limit) for limit in limits)
        if wait > 0:
            raise TooManyAttempts(wait)
        session.add(Attempt(at=now, account=account, address=client.address, succeeded=False))


def record_success(session: Session, email: str, client: Client) -> None:
    """Delete an account's failures from this address and trust the address, in the caller's transaction."""
    account = account_hash(email, client.key)
    session.execute(delete(Attempt).where(Attempt.account == account, Attempt.address == client.address))
    session.add(Attempt(at=clock.now(), account=account, address=client.address, succeeded=True))


def forget_failures(email: str, key: str) -> None:
    with write_transaction() as session:
        session.execute(delete(Attempt).where(Attempt.account == account_hash(email, key), ~Attempt.succeeded))


def move_account(session: Session, old_email: str, new_email: str, key: str) -> None:
    """Let an account's attempts follow it to its new email."""
    own = Attempt.account == account_hash(old_email, key)
    session.execute(update(Attempt).where(own).values(account=account_hash(new_email, key)))


def _delete_old(session: Session) -> None:
    now = clock.now()
    # One from the future was recorded while the clock was wrong, and would lock everybody out until then.
    outside = or_(Attempt.at <= now - WINDOW, Attempt.at > now + WINDOW)
    session.execute(delete(Attempt).where(~Attempt.succeeded, outside))
    session.execute(delete(Attempt).where(Attempt.succeeded, Attempt.at <= now - TRUST_LIFETIME))


def _is_trusted(session: Session, account: str, address: str) -> bool:
    successes = select(Attempt.id).where(Attempt.account == account, Attempt.address == address, Attempt.succeeded)
    return session.scalar(successes.limit(1)) is not None


def _seconds_to_wait(session: Session, limit: ColumnElement[bool]) -> int:
    """Return the seconds until one more attempt may come: enough failures have left the window then."""
    failures = select(Attempt.at).where(limit, ~Attempt.succeeded).order_by(Attempt.at.desc())
    decisive = session.scalar(failures.offset(MAX_FAILURES - 1).limit(1))
    return math.ceil((decisive + WINDOW - clock.now()).total_seconds()) if decisive else 0
