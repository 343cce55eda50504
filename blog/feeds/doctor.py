"""The check of the site's feeds for `doctor`."""

from flask import current_app

from blog.core.doctor.findings import Findings, note, ok, problem
from blog.core.text.amounts import count_of
from blog.feeds.views import feed_links


def examine(_thorough: bool) -> Findings:
    """Check the first document of each of the site's feeds; `broadsheet feed check` reads all documents."""
    from blog.feeds import validate  # it imports the HTTP client, which server processes should not load

    with current_app.test_request_context(base_url=current_app.config["SITE_URL"]):
        fetch = validate.app_fetcher(current_app._get_current_object())  # type: ignore[attr-defined]
        addresses = [link.address for link in feed_links("")]
        reports = validate.check_formats(addresses, fetch, lambda pages, _: pages, whole=False)
    faulty = [report for report in reports if report.faults]
    for report in faulty:
        say = note if report.first else problem  # if it can be parsed, only its texts are at fault
        yield say(
            f"{report.address} has {count_of(len(report.faults), 'fault')}: {report.faults[0]}",
            "`broadsheet feed check` says more.",
        )
    if not faulty:
        yield ok("The feeds are well formed, and tell the newest posts as they are.")
