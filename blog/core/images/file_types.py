"""Recognise other file types by their first bytes, and say in a half sentence what the author can do. Pure."""

import re

UNKNOWN = "it is not a JPEG, PNG, WebP or GIF picture"
SVG = re.compile(rb"<svg[\s>]|<!doctype svg", re.IGNORECASE)
HTML = re.compile(rb"<(?:!doctype html|html|head|body|script|title)\b", re.IGNORECASE)
FILM_STARTS = (b"\x1a\x45\xdf\xa3", b"\x00\x00\x01\xba", b"\x00\x00\x01\xb3", b"FLV")
HEIF_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1")
OTHER_TYPES = {
    b"%PDF": "it is a PDF document; export its page as PNG or JPEG",
    b"%!PS": "it is a PostScript document; export it as PNG",
    b"II*\0": "it is a TIFF picture; export it as JPEG or PNG",
    b"MM\0*": "it is a TIFF picture; export it as JPEG or PNG",
    b"BM": "it is a BMP picture; save it as PNG",
    b"8BPS": "it is a Photoshop file; export it as JPEG or PNG",
    b"PK\x03\x04": "it is an archive; take the pictures out of it first",
}


def why_not_an_image(data: bytes) -> str:
    """Return the reason why a file is not accepted as a picture."""
    if not data:
        return "it is empty; perhaps it was still being copied"
    head = data[:2000]
    by_start = next((reason for start, reason in OTHER_TYPES.items() if head.startswith(start)), "")
    return by_start or _film_or_phone_picture(head) or _text_type(head) or UNKNOWN


def _film_or_phone_picture(head: bytes) -> str:
    brand = head[8:12]
    if head[4:8] == b"ftyp" and brand in HEIF_BRANDS:
        return "it is a HEIC picture, as phones take them; export it as JPEG"
    if head[4:8] == b"ftyp" and brand in (b"avif", b"avis"):
        return "it is an AVIF picture; save it as JPEG, PNG or WebP"
    film = head[4:8] in (b"ftyp", b"moov", b"mdat") or head.startswith(FILM_STARTS) or head[8:12] == b"AVI "
    return "it is a film; films cannot be kept here, but a link to one in a line of its own is shown" if film else ""


def _text_type(head: bytes) -> str:
    if SVG.search(head):
        return "SVG pictures can hold scripts. Save it as PNG"
    if HTML.search(head):
        return "it is a web page, not a picture"
    try:
        head[:1000].decode("utf-8")
    except UnicodeDecodeError:
        return ""
    return "it is a text, not a picture" if not re.search(rb"[\x00-\x08\x0e-\x1f]", head[:1000]) else ""
