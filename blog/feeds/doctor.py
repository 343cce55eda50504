"""Whether the site's feeds are faultless: what `doctor` says of them."""

from flask import current_app

from blog.core.doctor.findings import Findings, count_of, note, ok, problem
from blog.feeds.views import feed_links


def examine(_thorough: bool) -> Findings:
    """Read the first page of each of the site's feeds, as subscribers do; `broadsheet feed check` reads all."""
    from blog.feeds import (
        rules,  # they bring the HTTP client along, which no server process is to hold
        validate,
    )

    with current_app.test_request_context(base_url=current_app.config["SITE_URL"]):
        fetch = validate.app_fetcher(current_app._get_current_object())  # type: ignore[attr-defined]
        found = [validate.check_feed(link.address, fetch, lambda row, _: row, whole=False) for link in feed_links("")]
        first = found[0]
        for other in found[1:]:
            if first.first and other.first:
                other.faults += rules.compare_formats(first.first, first.items, other.first, other.items)
    wrong = [one for one in found if one.faults]
    for one in wrong:
        say = note if one.first else problem  # one that can be read is a matter of its texts
        yield say(
            f"{one.address} has {count_of(len(one.faults), 'fault')}: {one.faults[0]}",
            "`broadsheet feed check` says more.",
        )
    if not wrong:
        yield ok("The feeds are well formed, and tell the newest posts as they are.")
