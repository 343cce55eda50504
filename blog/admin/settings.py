"""All settings of the site in one form, with samples of how some of them look."""

from typing import Any

from flask import request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from blog import clock
from blog.admin import form_recovery, responses
from blog.admin.blueprint import bp
from blog.admin.form_recovery import FormFields
from blog.core.errors import InvalidFields, messages_by_field
from blog.core.media import library
from blog.core.site import link_lists
from blog.core.site import settings as site_settings
from blog.core.site.settings import NETWORK_KEYS, SETTINGS, format_setting, site, timezones
from blog.models import Site
from blog.web import localize
from blog.web.theme import colours

PAGE = "admin/settings.html"
# Hidden fields with this prefix hold the values from when the form was opened. Only changed ones are saved, so that
# nobody else's change is undone.
OPENED_PREFIX = "was-"
HINTS = {
    "typeface": "Readers’ own fonts: nothing is sent for them.",
    "logo": "In the place of the name: the address of a picture. Its page in the library can do it, too.",
    "logo_dark": "The same for dark paper, if it should be another one.",
    "header_links": "In the place of the blog’s own menu: a name and an address on each line, like: About /about/",
    "footer_links": "In the place of the blog’s own: a name and an address on each line.",
    "follow": "Where to follow the author: a name and an address on each line, like: Mastodon https://mastodon.social/@me",
    "networks": f"Share links shown, in order. Known: {', '.join(NETWORK_KEYS)}.",
    "hubs": "WebSub hubs that are told of new posts at once: whole addresses, separated by commas.",
    "security_contact": "An e-mail or https address for who finds a weakness here; /.well-known/security.txt tells it.",
    "foreign_media": "Readers' browsers then ask those sites, which learn who reads.",
}
TYPEFACES = {
    "serif": "Serif, as books are set",
    "sans": "Humanist sans serif, plain and open",
    "oldstyle": "Old style, as the first printers cut it",
}
LINK_LISTS = ("follow", "header_links", "footer_links")
LANGUAGES = {
    "ar": "العربية", "bn": "বাংলা", "cs": "čeština", "da": "dansk", "de": "Deutsch", "el": "Ελληνικά", "en": "English",
    "en-GB": "British English", "es": "español", "fa": "فارسی", "fi": "suomi", "fr": "français", "he": "עברית",
    "hi": "हिन्दी", "hu": "magyar", "id": "Indonesia", "it": "italiano", "ja": "日本語", "ko": "한국어",
    "nb": "norsk bokmål", "nl": "Nederlands", "pl": "polski", "pt": "português", "pt-BR": "português (Brasil)",
    "ro": "română", "ru": "русский", "sv": "svenska", "ta": "தமிழ்", "th": "ไทย", "tr": "Türkçe", "uk": "українська",
    "ur": "اردو", "vi": "Tiếng Việt", "zh-Hans": "简体中文", "zh-Hant": "繁體中文",
}  # fmt: skip


@bp.route("/settings/", methods=["GET", "POST"])
def settings() -> ResponseReturnValue:
    return _change() if request.method == "POST" else _form(MultiDict(), "")


def _change() -> ResponseReturnValue:
    """Save the settings that were changed in the form, all or none."""
    texts = _texts(request.form)
    changed = {name: text for name, text in texts.items() if text != _normalize(request.form.get(OPENED_PREFIX + name))}
    try:
        site_settings.configure_all(changed)
    except InvalidFields as error:
        return _form(request.form, "", 422, errors=messages_by_field(error.errors))
    message = "The settings are saved." if changed else "Nothing was changed."
    return responses.redirect_to("admin.settings", message)


def _texts(fields: FormFields) -> dict[str, str]:
    """Return the text of each setting in the form. A checkbox that is not checked sends no field."""
    texts: dict[str, str | None] = {name: _normalize(fields.get(name)) for name in SETTINGS}
    if texts["foreign_media"] is None and OPENED_PREFIX + "foreign_media" in fields:
        texts["foreign_media"] = "off"
    return {name: text for name, text in texts.items() if text is not None}


def _normalize(text: str | None) -> str | None:
    """Return the text with the line ends of the settings, not those of browsers."""
    return None if text is None else text.replace("\r\n", "\n").rstrip("\n")


@form_recovery.form_view("admin.settings")
def _form(fields: FormFields, sentence: str, status: int = 200, **variables: Any) -> ResponseReturnValue:
    row = site()
    saved = {name: _format(row, name) for name in SETTINGS}
    texts = saved | _texts(fields)
    sample = {name: getattr(row, name) for name in SETTINGS} | site_settings.parse_settings(texts)[0]
    return responses.page(
        PAGE,
        status,
        sentence=sentence,
        fields=texts,
        was={name: _normalize(fields.get(OPENED_PREFIX + name, saved[name])) for name in SETTINGS},
        hints={name: HINTS.get(name) or _sentence(setting.meaning) for name, setting in SETTINGS.items()},
        sample=sample,
        contrast=colours.contrast(sample["accent"]),
        enough=colours.MIN_CONTRAST,
        local_time=localize.date_and_time(clock.now(), row.language, sample["timezone"]),
        timezones=timezones(),
        languages=LANGUAGES,
        typefaces=TYPEFACES.items(),
        logos=[
            {"address": library.image_file(row).address, "name": row.filename or row.name}
            for row in library.newest_images()
        ],
        **variables,
    )


def _format(row: Site, name: str) -> str:
    """Return the value of a setting as the form shows it."""
    return link_lists.format_links(getattr(row, name), "\n") if name in LINK_LISTS else format_setting(row, name)


def _sentence(meaning: str) -> str:
    return f"{meaning[:1].upper()}{meaning[1:]}."
