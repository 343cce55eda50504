"""The link colours that follow from the owner's accent colour, and their contrast. Pure."""

from dataclasses import dataclass
from math import cbrt, hypot

# PAPER is the usual background. WASH is the darkest light one and DARK_WASH the lightest dark one of
# static/css/reader.css: a colour with enough contrast to these has enough to all.
PAPER, WASH = "#fcfaf5", "#f3eee3"
DARK_WASH = "#201e1a"
# The contrast that WCAG 2.2 requires of text, and a little more, for screens in the sun.
MIN_CONTRAST, TARGET_CONTRAST = 4.5, 5.0
VIOLET = "#5b3fa8"
LIGHTNESS_STEP = 0.01


@dataclass(frozen=True)
class LinkColours:
    """The colours of links, new and visited, in the light and the dark theme."""

    link: str
    visited: str
    dark_link: str
    dark_visited: str


def link_colours(accent: str) -> LinkColours:
    """Return the link colours for an accent (#rrggbb): the accent itself wherever its contrast is enough.

    Otherwise the lightness is changed in OKLab, which changes nothing else, until it is enough on every background.
    """
    visited = _mix(accent, VIOLET, 0.5)
    return LinkColours(
        _readable(accent, WASH, -LIGHTNESS_STEP),
        _readable(visited, WASH, -LIGHTNESS_STEP),
        _readable(_brighten(accent), DARK_WASH, LIGHTNESS_STEP),
        _readable(_brighten(visited), DARK_WASH, LIGHTNESS_STEP),
    )


def contrast(colour: str, background: str = PAPER) -> float:
    """Return the contrast of two colours (#rrggbb), from 1 to 21, as WCAG 2.2 defines it."""
    darker, lighter = sorted((_luminance(colour), _luminance(background)))
    return (lighter + 0.05) / (darker + 0.05)


def _readable(colour: str, background: str, step: float) -> str:
    light, a, b = _oklab(colour)
    while contrast(colour, background) < TARGET_CONTRAST and 0 <= light <= 1:
        light += step
        colour = _hex(light, a, b)
    return colour


def _brighten(colour: str) -> str:
    """Return a colour for the dark theme: lighter, and a little greyer, so that it does not glare."""
    light, a, b = _oklab(colour)
    factor = min(1.0, 0.11 / (hypot(a, b) or 1))
    return _hex(max(light, 0.74), a * factor, b * factor)


def _mix(first: str, second: str, share: float) -> str:
    pairs = zip(_oklab(first), _oklab(second), strict=True)
    return _hex(*(start + (end - start) * share for start, end in pairs))


def _luminance(colour: str) -> float:
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), _linear(colour), strict=True))


def _linear(colour: str) -> tuple[float, float, float]:
    parts = (int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return red, green, blue


def _oklab(colour: str) -> tuple[float, float, float]:
    """Return lightness from 0 to 1, and the two colour axes (https://bottosson.github.io/posts/oklab/)."""
    red, green, blue = _linear(colour)
    long = cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    middle = cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    return (
        0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short,
    )


def _hex(light: float, a: float, b: float) -> str:
    long = (light + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (light - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (light - 0.0894841775 * a - 1.2914855480 * b) ** 3
    linear = (
        4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short,
    )
    return "#" + "".join(f"{round(255 * _gamma(min(1.0, max(0.0, part)))):02x}" for part in linear)


def _gamma(part: float) -> float:
    return 12.92 * part if part <= 0.0031308 else 1.055 * part ** (1 / 2.4) - 0.055
