"""Whether a colour stands out from another. Pure."""

# The paper of static/css/reader.css in the light theme, on which the accent is used as it is.
PAPER = "#fdfbf7"
# What WCAG 2.2 asks of text.
ENOUGH = 4.5


def contrast(one: str, other: str = PAPER) -> float:
    """The contrast of two colours (#rrggbb), from 1 to 21, as WCAG 2.2 counts it."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    linear = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
