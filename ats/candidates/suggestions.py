"""What a resume's text says about its writer: name, email, phone and links, for fields that are still empty.

Guesses, to be looked over by the person: rather nothing than something wrong.
"""

import re

from email_validator import EmailNotValidError, validate_email

HEAD_LINES = 12
"""The name stands near the top, or nowhere that a program should look."""
MOST_LINKS = 3

_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(r"(?<![\w/.])(?:\+|00|\()?\d[\d\s()./\-\u2010-\u2013\u00a0]{6,22}\d(?![\w/])")
_LINK = re.compile(
    r"(?<![@\w])(?:https?://)?(?:www\.)?((?:[a-z0-9-]+\.)+[a-z]{2,12})(/[^\s,;|<>()\[\]]*)?", re.IGNORECASE
)
_KNOWN_HOSTS = {"linkedin.com", "github.com", "gitlab.com", "xing.com", "behance.net", "dribbble.com", "orcid.org"}
_HEADINGS = {
    "resume", "résumé", "curriculum", "vitae", "cv", "lebenslauf", "profile", "profil", "summary", "contact", "kontakt",
    "experience", "education", "skills", "about", "me", "personal", "information", "details", "page", "address",
    "phone", "email", "objective", "engineer", "developer", "manager", "designer", "baker", "nurse", "teacher",
}  # fmt: skip
_PARTICLES = {
    "de",
    "da",
    "do",
    "dos",
    "van",
    "von",
    "der",
    "den",
    "ter",
    "zu",
    "la",
    "le",
    "del",
    "di",
    "al",
    "el",
    "y",
    "e",
}


def suggested(text: str | None) -> dict[str, str]:
    """By the names of the form's fields: `name`, `email`, `phone`, `links` (one a line)."""
    text = (text or "")[:20_000]
    found = {"name": _name(text), "email": _email(text), "phone": _phone(text), "links": "\n".join(_links(text))}
    return {field: value for field, value in found.items() if value}


def _email(text: str) -> str:
    for match in _EMAIL.finditer(text):
        try:
            return validate_email(match[0].rstrip("."), check_deliverability=False).normalized
        except EmailNotValidError:
            continue
    return ""


def _phone(text: str) -> str:
    """The first run of digits that is long enough for a number and no period of years, date or link."""
    for match in _PHONE.finditer(text):
        number = " ".join(match[0].split())
        digits = re.sub(r"\D", "", number)
        is_years = re.fullmatch(r"(19|20)\d\d\W+(19|20)\d\d", number)
        is_date = re.match(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}", number)
        plausible = number.startswith(("+", "00", "0", "(")) or re.search(r"[\s\-/]", number)
        if 8 <= len(digits) <= 15 and plausible and not is_years and not is_date:
            return number
    return ""


def _links(text: str) -> list[str]:
    """Profiles at known places, and pages that are written with their scheme."""
    links: dict[str, str] = {}
    for match in _LINK.finditer(text):
        host, path = match[1].lower().removeprefix("www."), (match[2] or "").rstrip("/.")
        is_profile = any(host == known or host.endswith(f".{known}") for known in _KNOWN_HOSTS) and len(path) > 1
        if is_profile or match[0].lower().startswith(("http://", "https://")):
            links.setdefault(f"{host}{path}".lower(), f"https://{host}{path}")
    return list(links.values())[:MOST_LINKS]


def _name(text: str) -> str:
    """The first line near the top that reads like a name: two to five words, each with a capital, and no heading."""
    for line in [line.strip() for line in text.splitlines() if line.strip()][:HEAD_LINES]:
        line = re.split(r"\s*[|•·,]\s*|\s[–—-]\s", re.sub(r"^(name|nom|nome)\s*:\s*", "", line, flags=re.IGNORECASE))[0]
        words = line.split()
        if not 2 <= len(words) <= 5 or len(line) > 60 or {word.lower().strip(":.") for word in words} & _HEADINGS:
            continue
        capital = [word for word in words if word.lower() not in _PARTICLES]
        if len(capital) >= 2 and all(
            re.fullmatch(r"[^\W\d_][\w'’.\-]*", word) and word[0].isupper() for word in capital
        ):
            return " ".join(word.title() if word.isupper() and len(word) > 2 else word for word in words)
    return ""
