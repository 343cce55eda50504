"""Dates in the words of a language, and its writing direction. Results are cached."""

from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from markupsafe import Markup

RIGHT_TO_LEFT = {"ar", "arc", "ckb", "dv", "fa", "he", "ks", "nqo", "ps", "sd", "syr", "ug", "ur", "yi"}
RIGHT_TO_LEFT_SCRIPTS = {"Adlm", "Arab", "Hebr", "Mand", "Nkoo", "Rohg", "Syrc", "Thaa"}


@lru_cache(maxsize=4096)
def date(moment: datetime, css_class: str, language: str, timezone: str) -> Markup:
    """Return a time element: to the second for machines (RFC 3339), the date in words for people."""
    local = moment.astimezone(ZoneInfo(timezone))
    attribute = Markup(' class="{}"').format(css_class) if css_class else Markup("")
    return Markup('<time{} datetime="{}" lang="{}">{}</time>').format(
        attribute, local.replace(microsecond=0).isoformat(), language, date_in_words(local, language)
    )


@lru_cache(maxsize=256)
def date_and_time(moment: datetime, language: str, timezone: str) -> Markup:
    """Return a time element that shows the time of day, too."""
    local = moment.astimezone(ZoneInfo(timezone))
    return Markup('<time datetime="{}" lang="{}">{}, {:%H:%M}</time>').format(
        local.replace(microsecond=0).isoformat(), language, date_in_words(local, language), local
    )


def date_in_words(moment: datetime, language: str) -> str:
    """Return the date in the words of a language; in English if Babel does not know the language."""
    from babel.dates import format_date

    return format_date(moment, "long", locale=_locale(language))


@lru_cache(maxsize=64)
def _locale(language: str) -> str:
    from babel import Locale, UnknownLocaleError

    for candidate in (language, language.partition("-")[0]):
        try:
            return str(Locale.parse(candidate, sep="-"))
        except (UnknownLocaleError, ValueError):
            continue
    return "en"


@lru_cache(maxsize=256)
def language_attributes(language: str | None, site_language: str) -> Markup:
    """Return `lang` and `dir`; without a language, the site's, and the browser finds the direction."""
    return Markup(' lang="{}" dir="{}"').format(language or site_language, direction(language) if language else "auto")


@lru_cache(maxsize=256)
def direction(language: str) -> str:
    """Return the writing direction of a language: ltr or rtl."""
    first, *rest = language.split("-")
    script = next((part for part in rest if len(part) == 4), None)
    return "rtl" if (script in RIGHT_TO_LEFT_SCRIPTS if script else first in RIGHT_TO_LEFT) else "ltr"
