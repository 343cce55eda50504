"""The blog that is compared: the texts that are imported, the server outside, and the commands and forms."""

from zoneinfo import ZoneInfo

SITE_URL = "https://essays.example"
ZONE = ZoneInfo("Europe/Berlin")
EMAIL, OTHER_EMAIL = "ana@example.org", "bo@example.org"
PASSWORD = "seven quiet rivers"
