"""Rules about text that people type, the same on every form."""

import re
import unicodedata

INVISIBLE = re.compile("[\u200b-\u200f\u2028-\u202e\u2060-\u2064\u2066-\u206f\ufeff\u00ad]")
"""Zero-width characters and those that turn the direction of the text around them."""


def is_storable(text: str) -> bool:
    """Whether PostgreSQL can hold it: no NUL, no lone surrogate."""
    return "\0" not in text and not any("\ud800" <= char <= "\udfff" for char in text)


def one_line(text: str) -> str:
    """The text without control, direction and zero-width characters, runs of space made one: for names and subjects.

    A NUL stays, for the form to say that it was there.
    """
    text = INVISIBLE.sub("", text)
    return " ".join(
        "".join(" " if unicodedata.category(char) == "Cc" and char != "\0" else char for char in text).split()
    )


def header_safe(text: str) -> str:
    """One line that can go into a mail header: Python decodes `=?…?=` in names into real header lines, so it goes."""
    return one_line(text.replace("\0", "").replace("=?", "= ?"))


def slug_of(text: str) -> str:
    """Lower-case ASCII words joined by hyphens, at most 40 characters: `Čapek & Söhne` becomes `capek-sohne`."""
    ascii_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", ascii_text).strip("-")[:40].strip("-")
