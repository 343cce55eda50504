"""Leases: locks that only one process at a time may hold. If the holder dies, the others wait up to a minute."""

from datetime import timedelta

from sqlalchemy import delete

from blog import clock
from blog.core.db.transaction import write_transaction
from blog.models import Lease

DURATION = timedelta(minutes=1)


def acquire(name: str, holder: str) -> bool:
    """Acquire or renew a lease. Return False if another holder has it and it has not run out."""
    with write_transaction() as session:
        now = clock.now()  # not before: this process may have waited for the database while the holder renewed it
        lease = session.get(Lease, name)
        if lease is None:
            session.add(Lease(name=name, holder=holder, until=now + DURATION))
            return True
        # A lease that runs for longer than DURATION was acquired when the clock was wrong.
        if lease.holder != holder and now < lease.until <= now + DURATION:
            return False
        lease.holder, lease.until = holder, now + DURATION
        return True


def release(name: str, holder: str) -> None:
    """Release a lease, unless another holder has it."""
    with write_transaction() as session:
        session.execute(delete(Lease).where(Lease.name == name, Lease.holder == holder))
