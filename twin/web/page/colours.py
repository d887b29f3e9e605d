"""The accent colour, made legible on the page's backgrounds."""

from __future__ import annotations

MIN_CONTRAST = 4.5  # contrast of text and background (WCAG 2.2, success criterion 1.4.3)
PAPER = {"light": "#f1ede5", "dark": "#26231f"}  # the darkest and the lightest on which style.css puts text
INKS = ("#ffffff", "#000000")  # one of them has enough on every colour


def write_stylesheet(accent: str) -> str:
    """Return the custom properties of style.css that depend on `accent`, a colour as #rrggbb."""
    ink = max(INKS, key=lambda candidate: measure_contrast(accent, candidate))
    light, dark = (_make_legible(accent, PAPER[theme], toward) for theme, toward in (("light", 0), ("dark", 255)))
    return f":root {{ --accent: {accent}; --on-accent: {ink}; --accent-text: light-dark({light}, {dark}); }}\n"


def measure_contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21 (WCAG 2.2)."""
    darker, lighter = sorted(map(_measure_luminance, (one, other)))
    return (lighter + 0.05) / (darker + 0.05)


def _make_legible(colour: str, background: str, toward: int) -> str:
    parts = _read_channels(colour)
    for share in range(101):
        mixed = "#" + "".join(f"{round(part + (toward - part) * share / 100):02x}" for part in parts)
        if measure_contrast(mixed, background) >= MIN_CONTRAST:
            return mixed
    raise AssertionError("unreachable: black and white are legible")


def _measure_luminance(colour: str) -> float:
    """Return the relative luminance, 0 to 1 (WCAG 2.2)."""
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (value / 255 for value in _read_channels(colour))
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _read_channels(colour: str) -> list[int]:
    return list(bytes.fromhex(colour.removeprefix("#")))
