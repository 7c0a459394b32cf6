"""Foyer, an applicant tracking system. `create_app` is the only place that knows every feature."""

import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from ats import access, assets, background, commands, database, errors, formatting, production, security
from ats.extensions import csrf, limiter, login_manager, mail
from config import from_environment

ROOT = Path(__file__).parent.parent
MEGABYTE = 1024 * 1024


def create_app(overrides: Mapping[str, Any] | None = None) -> Flask:
    """The application, configured from the environment and then by `overrides`.

    Raises production.Misconfigured or ValueError, with sentences fit to show, for a configuration it cannot run on.
    """
    app = Flask("ats", root_path=str(ROOT / "ats"), template_folder=ROOT / "templates", static_folder=ROOT / "static")
    app.config.from_mapping(from_environment())
    app.config.update(
        MAX_CONTENT_LENGTH=32 * MEGABYTE,  # Above what a form allows, so that a form can say what is too large.
        MAX_FORM_MEMORY_SIZE=MEGABYTE,
        SESSION_COOKIE_NAME="foyer",
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_HTTPONLY=True,
        WTF_CSRF_TIME_LIMIT=None,  # As long as the session.
        APPLY_SECONDS=3,  # A person needs longer to apply.
        ARGON2={},
        MAIL_TIMEOUT=10,
        MAIL_ASCII_ATTACHMENTS=True,
        RATELIMIT_IN_MEMORY_FALLBACK_ENABLED=True,  # A Redis that is away must not close the doors.
    )
    app.config.update(overrides or {})
    app.config["PERMANENT_SESSION_LIFETIME"] = timedelta(days=app.config["SESSION_LONGEST_DAYS"])
    if app.config["FOYER_ENV"] == "production":
        app.config.update(SESSION_COOKIE_NAME="__Host-foyer", SESSION_COOKIE_SECURE=True)
    # Flask-Limiter has its own word for a Redis behind a Unix socket.
    app.config.setdefault("RATELIMIT_STORAGE_URI", re.sub("^unix:", "redis+unix:", app.config["REDIS_URL"]))
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    security.init_app(app)
    database.init_app(app)
    if not commands.only_checks_the_configuration():
        production.init_app(app)
    if app.config["TRUSTED_PROXIES"]:
        hops = app.config["TRUSTED_PROXIES"]
        # Proxies pass Host on. An X-Forwarded-Host that they neither set nor remove would be the client's own word.
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=0)  # type: ignore[method-assign]

    app.before_request(access.enforce)  # First of all: nothing runs for somebody who may not be there.
    login_manager.init_app(app)
    csrf.init_app(app)
    mail.init_app(app)
    limiter.init_app(app)
    for part in (background, assets, formatting, errors, commands):
        part.init_app(app)
    app.jinja_env.globals.update(can=access.can, Role=access.Role)
    app.view_functions["static"] = access.public(app.view_functions["static"])
    register_features(app)
    return app


def register_features(app: Flask) -> None:
    from ats.accounts import views as accounts
    from ats.careers import applying, feeds, logo, mine, status  # noqa: F401  (they add their views to the same blueprint)
    from ats.careers import views as careers
    from ats.collaboration import views as collaboration
    from ats.jobs import views as jobs
    from ats.pipeline import adding, panel, tagging  # noqa: F401  (they add their views to the same blueprint)
    from ats.pipeline import moving as pipeline
    from ats.pipeline import settings as pipeline_settings
    from ats.privacy import views as privacy
    from ats.reports import views as reports

    for feature in (accounts, jobs, pipeline, pipeline_settings, collaboration, careers, privacy, reports):
        app.register_blueprint(feature.bp)
    if app.config["FOYER_ENV"] == "development":
        from ats.dev import mails

        app.register_blueprint(mails.bp)
