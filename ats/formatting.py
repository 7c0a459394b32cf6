"""How values read on screen, as Jinja filters: times in the company's zone, names, sizes, money, Markdown."""

import unicodedata
import zlib
from datetime import UTC, date, datetime, tzinfo
from decimal import Decimal
from functools import lru_cache
from zoneinfo import ZoneInfo

import nh3
from flask import Flask, g, has_app_context
from markdown import Markdown
from markdown.treeprocessors import Treeprocessor
from markupsafe import Markup, escape

MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
LATE_DAYS = 7
"""More days than this in one stage are late; more than twice as many are far too many."""


def init_app(app: Flask) -> None:
    filters = (
        day, moment, iso, days_ago, age, age_tone, initials, hue, filesize, money_range, number, markdown, summary,
    )  # fmt: skip
    app.jinja_env.filters.update({function.__name__: function for function in filters})


# Times


def use_zone(name: str) -> None:
    """Show the times of this request, or job, in the zone of that name ("Europe/Berlin"); UTC until this is called."""
    g.zone = ZoneInfo(name)


def zone() -> tzinfo:
    return g.get("zone", UTC) if has_app_context() else UTC


def day(value: date | None, now: datetime | None = None) -> str:
    """ "20 Nov", with the year if it is another one than this."""
    if value is None:
        return ""
    value, today = _local_date(value), _today(now)
    year = f" {value.year}" if value.year != today.year else ""
    return f"{value.day} {MONTHS[value.month - 1]}{year}"


def moment(value: datetime | None, now: datetime | None = None) -> str:
    """ "today, 10:02", "yesterday, 17:20", "18 Nov, 09:12"."""
    if value is None:
        return ""
    days = (_today(now) - _local_date(value)).days
    when = {0: "today", 1: "yesterday"}.get(days) or day(value, now)
    return f"{when}, {_local(value):%H:%M}"


def iso(value: date | None) -> str:
    """What the `datetime` attribute of `<time>` wants."""
    if value is None:
        return ""
    return _local(value).isoformat(timespec="seconds") if isinstance(value, datetime) else value.isoformat()


def days_since(value: date, now: datetime | None = None) -> int:
    """Days by the calendar of the zone: an evening is a day before the next morning. Never negative."""
    return max((_today(now) - _local_date(value)).days, 0)


def days_ago(value: date | None, now: datetime | None = None) -> str:
    """ "today", "yesterday", "3 days ago"."""
    if value is None:
        return ""
    days = days_since(value, now)
    return {0: "today", 1: "yesterday"}.get(days) or f"{number(days)} days ago"


def age(value: date | None, now: datetime | None = None) -> str:
    """As short as a card wants it: "today", "3 d"."""
    if value is None:
        return ""
    days = days_since(value, now)
    return f"{number(days)} d" if days else "today"


def age_tone(value: date | None, now: datetime | None = None) -> str:
    """The `data-tone` of a time in one stage: "late", "bad" when far too long, else nothing."""
    days = days_since(value, now) if value else 0
    return "bad" if days > 2 * LATE_DAYS else "late" if days > LATE_DAYS else ""


def _today(now: datetime | None) -> date:
    return (now or datetime.now(UTC)).astimezone(zone()).date()


def _local(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError(f"{value!r} has no time zone, so nobody knows when it was")
    return value.astimezone(zone())


def _local_date(value: date) -> date:
    return _local(value).date() if isinstance(value, datetime) else value


# People


@lru_cache(10_000)
def initials(name: str) -> str:
    """The first letters of the first and the last word, accents and all; a name without letters gives "?"."""
    words = [letters for word in unicodedata.normalize("NFC", name).split() if (letters := _letters(word))]
    return "".join(word[0] for word in [*words[:1], *words[1:][-1:]]).upper() or "?"


def _letters(word: str) -> str:
    return "".join(character for character in word if character.isalnum())


@lru_cache(10_000)
def hue(name: str) -> int:
    """One of six colours for a face without a picture: the same name always has the same."""
    return zlib.crc32(name.casefold().encode(errors="replace")) % 6 + 1


# Amounts


def number(value: int) -> str:
    return f"{value:,}"


def filesize(size: int) -> str:
    """ "312 KB", "1.4 MB": of 1,024 bytes each, as file managers count."""
    if size < 1024:
        return f"{size} bytes" if size != 1 else "1 byte"
    if size < 1024 * 1024:
        return f"{-(-size // 1024)} KB"
    return f"{size / 1024 / 1024:.1f} MB".replace(".0 ", " ")


SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥", "INR": "₹", "KRW": "₩", "ILS": "₪", "VND": "₫", "UAH": "₴"}


def money_range(low: int | Decimal | None, high: int | Decimal | None, currency: str) -> str:
    """ "€78,000–96,000", "DKK 640,000–760,000", "from €78,000", "up to €96,000"; nothing when both are missing."""
    unit = SYMBOLS.get(currency, f"{currency}\N{NO-BREAK SPACE}")
    if low is None and high is None:
        return ""
    if low is None or high is None:
        return f"{'up to' if low is None else 'from'} {unit}{_amount(high if low is None else low)}"
    return unit + _amount(low) + (f"–{_amount(high)}" if high != low else "")


def _amount(value: int | Decimal | None) -> str:
    return f"{value:,.2f}".removesuffix(".00")


# Text that a company wrote

TAGS = {"h2", "h3", "h4", "p", "ul", "ol", "li", "a", "strong", "em", "code", "pre", "blockquote", "hr"}
SCHEMES = ("http://", "https://", "mailto:")
BRACKETS_TIMES_LENGTH = 2_000_000
"""A hundred links in 20,000 letters are within it; a page of nothing but brackets, which would take minutes, is not."""


def markdown(text: str | None) -> Markup:
    """Markdown as safe HTML: an allow-list of tags, web and mail links only. The writer's own HTML shows as typed."""
    text = text or ""
    parser = Markdown(extensions=["sane_lists"], output_format="html")
    parser.preprocessors.deregister("html_block")
    for pattern in ("html", "image_link", "image_reference", "short_image_ref"):
        parser.inlinePatterns.deregister(pattern)
    parser.treeprocessors.register(_Headings(), "headings", 0)
    try:
        # The parser looks for the end of a link from each bracket on, through the whole text.
        plain = text.count("[") * len(text) > BRACKETS_TIMES_LENGTH
        html = f"<p>{escape(text)}</p>" if plain else parser.convert(text)
    except RecursionError:  # Thousands of nested quotes or lists: nobody wrote these to be read.
        html = f"<p>{escape(text)}</p>"
    return Markup(
        nh3.clean(
            html,
            tags=TAGS,
            attributes={"a": {"href"}},
            attribute_filter=_only_safe_links,
            link_rel="nofollow noopener",
        )
    )


def summary(text: str | None, longest: int = 200) -> str:
    """The beginning of a Markdown text without its signs, on one line, cut between words."""
    words = Markup(markdown(text)).striptags().split()
    line = " ".join(words)
    if len(line) <= longest:
        return line
    return line[:longest].rsplit(" ", 1)[0].rstrip(" ,;:–") + " …"


class _Headings(Treeprocessor):
    """The page's title is its only h1, and nothing on it goes deeper than h4."""

    LEVELS = {"h1": "h2", "h5": "h4", "h6": "h4"}

    def run(self, root):  # type: ignore[no-untyped-def]  # the library's signature
        for element in root.iter():
            element.tag = self.LEVELS.get(element.tag, element.tag)


def _only_safe_links(tag: str, attribute: str, value: str) -> str | None:
    """The library's defaults would also let `title` and `lang` through, and addresses without a scheme."""
    if attribute == "href":
        return value if value.lower().startswith(SCHEMES) else None
    return value if attribute == "rel" else None
