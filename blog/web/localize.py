"""How languages are written: dates in their words, and in which direction they run. Each worked out once."""

from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from markupsafe import Markup

RIGHT_TO_LEFT = {"ar", "arc", "ckb", "dv", "fa", "he", "ks", "nqo", "ps", "sd", "syr", "ug", "ur", "yi"}
RIGHT_TO_LEFT_SCRIPTS = {"Adlm", "Arab", "Hebr", "Mand", "Nkoo", "Rohg", "Syrc", "Thaa"}


@lru_cache(maxsize=4096)
def date(moment: datetime, mark: str, language: str, timezone: str) -> Markup:
    """A time element: for machines to the second (RFC 3339), for people the date in words; `mark` is its class."""
    local = moment.astimezone(ZoneInfo(timezone))
    named = Markup(' class="{}"').format(mark) if mark else Markup("")
    return Markup('<time{} datetime="{}" lang="{}">{}</time>').format(
        named, local.replace(microsecond=0).isoformat(), language, date_in_words(local, language)
    )


@lru_cache(maxsize=256)
def date_and_time(of: datetime, language: str, timezone: str) -> Markup:
    """A time element that tells people the time of day, too."""
    local = of.astimezone(ZoneInfo(timezone))
    return Markup('<time datetime="{}" lang="{}">{}, {:%H:%M}</time>').format(
        local.replace(microsecond=0).isoformat(), language, date_in_words(local, language), local
    )


def date_in_words(moment: datetime, language: str) -> str:
    """The date of a moment in the words of a language; in English if nobody knows it."""
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
def language_attributes(language: str | None, usual: str) -> Markup:
    """Attributes of words in a language; of the usual one, direction by the words, when theirs is unknown."""
    return Markup(' lang="{}" dir="{}"').format(language or usual, direction(language) if language else "auto")


@lru_cache(maxsize=256)
def direction(language: str) -> str:
    """The direction in which a language is written: ltr or rtl."""
    first, *rest = language.split("-")
    script = next((part for part in rest if len(part) == 4), None)
    return "rtl" if (script in RIGHT_TO_LEFT_SCRIPTS if script else first in RIGHT_TO_LEFT) else "ltr"
