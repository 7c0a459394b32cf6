"""Passwords: argon2id, verified exactly as typed; and which ones are too easy to guess."""

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask import current_app

SHORTEST, LONGEST = 12, 256
OWN_CHARACTERS = 8
"""What must be left of a password when the names that anybody could guess are taken out of it."""
PRODUCT = "foyer"
RUNS = ("abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiopasdfghjklzxcvbnm", "qwertzuiopasdfghjklyxcvbnm",
        "azertyuiopqsdfghjklmwxcvbn", "1qaz2wsx3edc4rfv5tgb6yhn7ujm", "q1w2e3r4t5y6u7i8o9p0")  # fmt: skip
"""Rows of the alphabet and of keyboards, read forwards or backwards."""
LETTERS_OF_SIGNS = str.maketrans("01345789@$!|€", "oleastbgasile")


def hashed(password: str) -> str:
    return _hasher().hash(password)


def match(password_hash: str | None, password: str) -> bool:
    """Whether the password is the one that was hashed. None, an unknown account, costs the same time and is False."""
    hasher = _hasher()
    try:
        if password_hash is None:
            hasher.hash(password)
            return False
        return hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False


def is_outdated(password_hash: str) -> bool:
    """Whether the hash was made at another cost than new ones are."""
    return _hasher().check_needs_rehash(password_hash)


def objection(password: str, names: Iterable[str | None] = ()) -> str | None:
    """What speaks against a new password of the right length, or None. `names` are the person's and the company's."""
    if _is_common(password):
        return "Many people use this one, so it is tried first. A few words in a row that are only yours are good."
    rest = _plain(password)
    for name in sorted(filter(None, map(_plain, [*_with_words(names), PRODUCT])), key=len, reverse=True):
        if len(name) >= 4:
            rest = rest.replace(name, "")
    if rest != _plain(password) and len(rest) < OWN_CHARACTERS:
        return "Take out the name of the company, of yourself or of this site: what is left is short and easy to guess."
    return None


def _is_common(password: str) -> bool:
    """Whether it is a common word with numbers and signs around it, a piece repeated, or a run of keys."""
    bare = password.casefold().replace(" ", "")
    if not _without_repeats(bare) or any(len(bare) - len(_longest_run(bare, run)) < 4 for run in RUNS):
        return True
    words = {bare, bare.translate(LETTERS_OF_SIGNS), re.sub(r"[^a-z]", "", bare)}
    words |= {re.sub(r"^[\W\d_]+|[\W\d_]+$", "", bare).translate(LETTERS_OF_SIGNS)}
    return any(_is_made_of_common_words(re.sub(r"[^a-z]", "", word)) for word in words)


def _is_made_of_common_words(word: str) -> bool:
    """`password`, `passwordpassword`, and `letmeinplease` when both words are common."""
    reached = {0}
    for end in range(1, len(word) + 1):
        if any(word[start:end] in _common() for start in reached if end - start >= 3):
            reached.add(end)
    return len(word) in reached and len(word) > 0


def _without_repeats(text: str) -> str:
    """Empty if the text is a piece of at most six characters over and over, its last part cut off or not."""
    for size in range(1, 7):
        if (text[:size] * (len(text) // size + 1))[: len(text)] == text:
            return ""
    return text


def _longest_run(text: str, run: str) -> str:
    """The longest part of the text that stands in the run, or in the run backwards."""
    best = ""
    for line in (run * 2, run[::-1] * 2):
        for start in range(len(text)):
            while text[start : start + len(best) + 1] in line and start + len(best) < len(text):
                best = text[start : start + len(best) + 1]
    return best


def _with_words(names: Iterable[str | None]) -> set[str]:
    known = {name for name in names if name}
    return known | {word for name in known for word in re.split(r"[\W_]+", name)}


def _plain(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())


@cache
def _common() -> frozenset[str]:
    lines = (Path(__file__).parent / "common_words.txt").read_text().splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


def _hasher() -> PasswordHasher:
    """Argon2-cffi's own choice of cost (RFC 9106, low memory), unless the configuration names another."""
    return PasswordHasher(**current_app.config["ARGON2"])
