"""Leases: what only one process at a time may do. One that dies in the middle keeps the others away for a minute."""

from datetime import timedelta

from sqlalchemy import delete

from blog import clock
from blog.core.db.transaction import writing
from blog.models import Lease

LENGTH = timedelta(minutes=1)


def take(name: str, holder: str) -> bool:
    """Hold a lease from now on, if it is free, has run out, or is the holder's own already."""
    with writing() as session:
        now = clock.now()  # not before: this process may have waited for the database while the holder renewed it
        lease = session.get(Lease, name)
        if lease is None:
            session.add(Lease(name=name, holder=holder, until=now + LENGTH))
            return True
        # One that runs for longer than any was taken when the clock was wrong.
        if lease.holder != holder and now < lease.until <= now + LENGTH:
            return False
        lease.holder, lease.until = holder, now + LENGTH
        return True


def give_back(name: str, holder: str) -> None:
    """Let others have a lease, unless one has it already."""
    with writing() as session:
        session.execute(delete(Lease).where(Lease.name == name, Lease.holder == holder))
