"""Commands of `flask --app wsgi …`."""

import sys

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from werkzeug.utils import import_string

from ats import production


def init_app(app: Flask) -> None:
    if app.config["FOYER_ENV"] != "production":
        app.cli.add_command(load_demo)
    app.cli.add_command(schedule)
    app.cli.add_command(check_config)


def only_checks_the_configuration() -> bool:
    """Whether this process is `flask check-config`, which has to run with the very settings that nothing else does."""
    return check_config.name in sys.argv[1:]


@click.command()
@with_appcontext
def check_config() -> None:
    """Say what production would not start with, each in a sentence; silent, and 0, if it would start."""
    found = list(production.objections(current_app))
    for objection in found:
        click.echo(objection)
    sys.exit(1 if found else 0)


@click.command()
@click.option("--if-empty", is_flag=True, help="Do nothing where there is a company already.")
@with_appcontext
def load_demo(if_empty: bool) -> None:
    """Fill an empty database with two companies, their jobs and some four hundred applications. Development only."""
    demo = import_string("ats.dev.demo")
    if if_empty and not demo.is_empty():
        return
    demo.load(progress=click.echo)


@click.command()
@with_appcontext
def schedule() -> None:
    """Keep time for the workers, until told to stop: mails, housekeeping. One is enough, two do no harm.."""
    import_string("ats.notifications.schedule").run()
