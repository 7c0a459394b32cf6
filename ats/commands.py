"""Commands of `flask --app wsgi …`."""

import click
from flask import Flask
from flask.cli import with_appcontext
from werkzeug.utils import import_string


def init_app(app: Flask) -> None:
    app.cli.add_command(load_demo)
    app.cli.add_command(schedule)


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
