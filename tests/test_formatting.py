"""How times, names, amounts and Markdown read on screen."""

import re
import time
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from flask import Flask

from ats import formatting
from ats.formatting import (
    age,
    age_tone,
    day,
    days_ago,
    filesize,
    hue,
    initials,
    iso,
    markdown,
    moment,
    money_range,
    number,
    use_zone,
)

NOW = datetime(2025, 11, 18, 10, 0, tzinfo=UTC)


def utc(*parts):
    return datetime(*parts, tzinfo=UTC)


# Times


def test_a_day_names_the_year_only_when_it_is_another():
    assert day(utc(2025, 11, 20), now=NOW) == "20 Nov"
    assert day(date(2024, 2, 1), now=NOW) == "1 Feb 2024"
    assert day(None) == ""


def test_a_moment_says_today_and_yesterday():
    assert moment(utc(2025, 11, 18, 9, 2), now=NOW) == "today, 09:02"
    assert moment(utc(2025, 11, 17, 17, 20), now=NOW) == "yesterday, 17:20"
    assert moment(utc(2025, 11, 10, 21, 14), now=NOW) == "10 Nov, 21:14"
    assert moment(utc(2024, 11, 10, 21, 14), now=NOW) == "10 Nov 2024, 21:14"


def test_times_are_those_of_the_company():
    with Flask(__name__).app_context():
        use_zone("Pacific/Auckland")
        assert moment(utc(2025, 11, 17, 23, 30), now=NOW) == "today, 12:30"
        assert day(utc(2025, 12, 31, 12, 0), now=NOW) == "1 Jan 2026"
        assert iso(utc(2025, 11, 17, 23, 30)) == "2025-11-18T12:30:00+13:00"


def test_the_machine_reads_a_date_as_it_is():
    assert iso(date(2025, 11, 20)) == "2025-11-20"
    assert iso(utc(2025, 11, 20, 8)) == "2025-11-20T08:00:00+00:00"


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        moment(datetime(2025, 11, 18, 9, 2), now=NOW)


@pytest.mark.parametrize(
    ("when", "card", "words", "tone"),
    [
        (utc(2025, 11, 18, 1), "today", "today", ""),
        (utc(2025, 11, 17, 23), "1 d", "yesterday", ""),
        (utc(2025, 11, 11), "7 d", "7 days ago", ""),
        (utc(2025, 11, 10), "8 d", "8 days ago", "late"),
        (utc(2025, 11, 4), "14 d", "14 days ago", "late"),
        (utc(2025, 11, 3), "15 d", "15 days ago", "bad"),
        (utc(2025, 11, 19), "today", "today", ""),
    ],
)
def test_an_age_counts_days_of_the_calendar(when, card, words, tone):
    assert (age(when, now=NOW), days_ago(when, now=NOW), age_tone(when, now=NOW)) == (card, words, tone)


# People


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Ana Sousa", "AS"),
        ("Maximiliane-Friederike von Hohenstein-Sarrazin", "MH"),
        ("Søren Østergaard", "SØ"),
        ("E\u0301lise Zola", "ÉZ"),
        ("Prince", "P"),
        ("(Bob) O'Neil", "BO"),
        ("李 小龍", "李小"),
        ("  ", "?"),
        ("🙂", "?"),
    ],
)
def test_initials_are_the_first_letters_of_the_first_and_last_word(name, letters):
    assert initials(name) == letters


def test_a_name_keeps_its_colour():
    assert hue("Ana Sousa") == hue("ana sousa")
    assert {hue(f"Person {n}") for n in range(60)} == {1, 2, 3, 4, 5, 6}
    assert hue("\ud800") in range(1, 7)


# Amounts


@pytest.mark.parametrize(
    ("size", "words"),
    [(0, "0 bytes"), (1, "1 byte"), (1023, "1023 bytes"), (1024, "1 KB"), (319_000, "312 KB"), (1_468_006, "1.4 MB"),
     (10 * 1024 * 1024, "10 MB")],
)  # fmt: skip
def test_a_file_size_has_three_digits_at_most(size, words):
    assert filesize(size) == words


@pytest.mark.parametrize(
    ("low", "high", "currency", "words"),
    [
        (78_000, 96_000, "EUR", "€78,000–96,000"),
        (640_000, 760_000, "DKK", "DKK\N{NO-BREAK SPACE}640,000–760,000"),
        (78_000, None, "EUR", "from €78,000"),
        (None, 96_000, "EUR", "up to €96,000"),
        (50_000, 50_000, "USD", "$50,000"),
        (Decimal("16.50"), Decimal("18.00"), "EUR", "€16.50–18"),
        (None, None, "EUR", ""),
    ],
)
def test_pay_is_a_range_or_a_limit(low, high, currency, words):
    assert money_range(low, high, currency) == words


def test_large_numbers_have_commas():
    assert number(12_345) == "12,345"


# Markdown

TEXT = """
# About the job

A *quiet* **team** with `code`, see [our site](https://example.com).

##### Deep

- one
- two

1. first

> quoted

***
"""


def test_markdown_gives_headings_lists_links_and_no_first_level():
    html = markdown(TEXT)
    assert "<h2>About the job</h2>" in html
    assert "<h4>Deep</h4>" in html
    assert '<a href="https://example.com" rel="nofollow noopener">our site</a>' in html
    for piece in (
        "<em>quiet</em>",
        "<strong>team</strong>",
        "<code>code</code>",
        "<li>one</li>",
        "<ol>",
        "<blockquote>",
        "<hr>",
    ):
        assert piece in html


def test_markdown_shows_angle_brackets_as_typed():
    assert "3 &lt; 5 and Vec&lt;T&gt;" in markdown("3 < 5 and Vec<T>")


def test_no_text_is_no_markup():
    assert markdown(None) == markdown("") == ""


ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<a href='javascript:alert(1)'>x</a>",
    "<p onclick=alert(1)>x</p>",
    "<style>* { display: none }</style>",
    "<form action=https://evil.example><input name=password></form>",
    "<base href=https://evil.example>",
    "<meta http-equiv=refresh content=0;url=https://evil.example>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<![CDATA[<img src=x onerror=alert(1)>]]>",
    "<?php <img src=x onerror=alert(1)> ?>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](java&#x0A;script:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](\x01javascript:alert(1))",
    "[x](vbscript:msgbox)",
    "[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)",
    "[x](//evil.example)",
    "[x](/sign-out)",
    "[x](https://example.com 'title\" onmouseover=alert(1) x=\"')",
    '[x](https://example.com" onmouseover="alert(1))',
    "![x](javascript:alert(1))",
    "![x](https://example.com/tracking.png)",
    "![x](x 'onerror=alert(1)')",
    "<javascript:alert(1)>",
    "<https://example.com/?'\"><img src=x onerror=alert(1)>>",
    "[x]: javascript:alert(1)\n\n[x]",
    "[x][y]\n\n[y]: data:text/html,<script>alert(1)</script>",
    "`<script>alert(1)</script>`",
    "    <script>alert(1)</script>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "> <script>alert(1)</script>",
    "- <img src=x onerror=alert(1)>",
    "# <img src=x onerror=alert(1)>",
    "*<img src=x onerror=alert(1)>*",
    "\\<script>alert(1)\\</script>",
    "\x02wzxhzdk:0\x03<script>alert(1)</script>",
    "{: onclick=alert(1)}\ntext {: onclick=alert(1)}",
]

TAG = re.compile(r"<(/?)([a-zA-Z][^\s/>]*)([^>]*)>")


@pytest.mark.parametrize("attack", ATTACKS)
def test_markdown_never_gives_a_tag_or_attribute_outside_the_list(attack):
    html = str(markdown(attack))
    leftover = TAG.sub("", html)
    assert "<" not in leftover
    for _, name, attributes in TAG.findall(html):
        assert name in formatting.TAGS
        if attributes:
            assert name == "a"
            assert re.fullmatch(r'( href="(https?://|mailto:)[^"<>]*")? rel="nofollow noopener"', attributes), (
                attributes
            )


@pytest.mark.parametrize("piece", ["> ", "- ", "[", "*", "`", "![](", "<", "_a"])
def test_markdown_of_nonsense_takes_no_long_time(piece):
    text = (piece * 20_000)[:20_000]  # the longest description a form takes
    started = time.process_time()
    markdown(text)
    assert time.process_time() - started < 2
