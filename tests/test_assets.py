"""Static files: their addresses, how long a browser keeps them, and that what templates name exists."""

import re
from pathlib import Path

import pytest
from flask import Flask

from ats import assets

ROOT = Path(__file__).parent.parent


@pytest.fixture
def site(tmp_path):
    (tmp_path / "a.css").write_text("a {}")
    (tmp_path / "inter.woff2").write_text("a font")
    app = Flask(__name__, static_folder=tmp_path, static_url_path="/static")
    app.config["FOYER_ENV"] = "development"
    assets.init_app(app)
    return app


def address(site, path):
    with site.test_request_context():
        return assets.asset(path)


def test_an_address_carries_a_hash_that_follows_the_content(site, tmp_path):
    before = address(site, "a.css")
    assert re.fullmatch(r"/static/a\.css\?v=[0-9a-f]{8}", before)
    assert address(site, "a.css") == before
    (tmp_path / "a.css").write_text("b {}")
    assert address(site, "a.css") != before


def test_a_hashed_answer_is_kept_for_ever(site):
    answer = site.test_client().get(address(site, "a.css"))
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize("url", ["/static/a.css", "/static/a.css?v=00000000"])
def test_an_address_without_the_current_hash_is_not_kept(site, url):
    assert site.test_client().get(url).headers["Cache-Control"] == "no-cache"


def test_a_font_is_kept_for_a_week(site):
    assert "max-age=604800" in site.test_client().get("/static/inter.woff2").headers["Cache-Control"]


def test_a_missing_file_raises_instead_of_giving_a_dead_address(site):
    with pytest.raises(FileNotFoundError):
        address(site, "gone.css")


def test_every_stylesheet_is_linked_and_every_linked_one_exists():
    linked = {name for names in assets.STYLESHEETS.values() for name in names}
    assert linked == {file.stem for file in (ROOT / "static/css").glob("*.css")}


def test_every_icon_that_a_template_names_is_in_the_sprite():
    sprite = set(re.findall(r'id="i-([\w-]+)"', (ROOT / "static/img/icons.svg").read_text()))
    for template in (ROOT / "templates").rglob("*.html"):
        named = set(re.findall(r"icon\(['\"]([\w-]+)['\"]\)", template.read_text()))
        assert named <= sprite, f"{template} names icons that static/img/icons.svg does not have: {named - sprite}"


def test_stylesheets_need_no_important():
    for file in (ROOT / "static/css").glob("*.css"):
        assert "!important" not in file.read_text(), f"{file.name}: put the rule into a later @layer instead"
