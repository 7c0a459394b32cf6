"""The shape of the code, kept by tests rather than by memory."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ats.extensions import db
from ats.tenancy import TenantOwned, tenant_models

ROOT = Path(__file__).parent.parent

OF_ALL = {"accounts", "notifications"}
BELOW: dict[str, set[str]] = {
    "notifications": set(),
    "accounts": {"notifications"},
    "jobs": OF_ALL,
    "candidates": OF_ALL,
    "collaboration": {"jobs", "candidates", *OF_ALL},
    "collaboration.views": {"collaboration", "pipeline", *OF_ALL},  # They answer with parts of the application's page.
    "pipeline": {"jobs", "candidates", "collaboration", *OF_ALL},
    "careers": {"pipeline", "collaboration", "jobs", "candidates", *OF_ALL},
    "reports": {"pipeline", "collaboration", "jobs", "candidates", *OF_ALL},
    "privacy": {"pipeline", "collaboration", "jobs", "candidates", *OF_ALL},
}
"""What each feature may import: imports point down only."""

NAMED_ONLY = {
    # A command of development, which production never loads; and the clock, which knows the features.
    "ats/commands.py": {"ats.dev.demo", "ats.notifications.schedule"},
    "ats/notifications/schedule.py": {
        "ats.candidates",
        "ats.privacy",
        "ats.reports",
    },  # The clock stands below whose time it keeps.
}
"""Where a module is named in a string because it must not be imported."""

ROUND_THE_FILTER = {
    "ats/jobs/models.py": {"tables"},  # The criteria of a person's scope, themselves made of that person's id.
    "ats/candidates/models.py": {"tables"},  # The same.
    "ats/notifications/models.py": {"tables"},  # The same.
    "ats/pipeline/consent.py": {"text"},  # A function of that name, of our own: the words of the consent.
    "ats/database.py": {"engine", "text"},  # Who we are to PostgreSQL, and what the owner grants us: no rows.
    # The same question before the start, and whether the demo is there: a number.
    "ats/production.py": {"engine", "connection", "execute of a string"},
    "ats/tenancy.py": {"connection"},  # Where the scope is bound to the transaction.
    "ats/background.py": {"engine"},  # A worker's child lets go of its parent's connections.
}
"""What is not caught by the filter of tenancy, where it may stand, and why it does no harm there."""

SCOPES = {
    "enter_company": {
        "ats/access.py",  # Staff: the company of the person who signed in.
        "ats/careers/views.py",  # Anybody: the company of the address.
        "ats/careers/applying.py",  # The same, where a form has expired.
        "ats/accounts/invitations.py",  # Anybody: the company of the link, and of it the one invitation of the token.
        "ats/candidates/housekeeping.py",  # The worker: the company it was given.
        "ats/pipeline/links.py",  # Anybody with the link of a mail: the company of the one application it opens.
        "ats/privacy/views.py",  # Anybody with the link to a copy of their data: the company that made it.
        "ats/privacy/retention.py",  # The worker: one company after the other.
        "ats/reports/exports.py",  # The rest of an export, which is read while it is sent: the company that asked.
        "ats/reports/weekly.py",  # The worker: one company after the other.
    },
    "enter_person": {
        "ats/access.py",  # A candidate: their own rows.
        "ats/careers/mine.py",  # The same again, after a look for what could be claimed.
    },
    "enter_public": {
        "ats/careers/views.py",  # The list of all companies that hire.
        "ats/careers/feeds.py",  # The map of the site: the same, for machines.
    },
    "enter_everything": {
        "ats/notifications/delivery.py",  # The queue of mail is one for all companies.
        "ats/candidates/housekeeping.py",  # So is the folder of files.
        "ats/candidates/drafts.py",  # The worker: drafts that are too old, whosever they are.
        "ats/careers/mine.py",  # A candidate with a proven address: applications made with it, in all companies.
        "ats/privacy/retention.py",  # The worker: companies with a time of retention.
        "ats/reports/weekly.py",  # The worker: companies in which somebody wants the mail.
    },
    "company": {"ats/dev/demo.py"},
    "leave": {"ats/careers/mine.py"},  # Around that look.
}
"""Who enters which scope: the place to look at when somebody saw too much."""

KEYS_WITHIN_ONE_APPLICATION = {
    "fk_application_last_stage_change",
    "fk_stage_change_starts_where_the_last_ended",
    "fk_stage_change_undo_leads_back",
}
"""Foreign keys that hold the application's id on both sides, and so the company that belongs to it."""


def code(pattern: str = "**/*.py") -> Iterator[tuple[str, ast.Module]]:
    """Each module of ats, by its path and as a tree."""
    for path in sorted((ROOT / "ats").glob(pattern)):
        yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text())


def imported(tree: ast.AST) -> set[str]:
    """The modules and names that it imports, as dotted paths."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "Write imports in full."
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def is_within(name: str, allowed: set[str]) -> bool:
    return any(f"{name}.".startswith(f"ats.{package}.") for package in allowed)


def test_features_import_only_what_is_below_them() -> None:
    for path, tree in code("*/**/*.py"):
        feature = path.split("/")[1]
        module = ".".join(path.removesuffix(".py").split("/")[1:])
        if feature != "dev":  # It makes the demo's data and may know everything.
            assert feature in BELOW, f"{path}: say in BELOW in tests/test_architecture.py what {feature} stands on."
            upwards = {name for name in imported(tree) if is_within(name, {*BELOW, "dev"} - {feature})}
            upwards = {name for name in upwards if not is_within(name, BELOW.get(module, BELOW[feature]))}
            upwards |= {
                name for name in imported(tree) if feature == "pipeline" and is_within(name, {"collaboration.views"})
            }
            assert not upwards, f"{path} imports {upwards}, which is not below {feature}. Move what both need down."


def test_the_modules_at_the_top_know_no_feature() -> None:
    for path, tree in code("*.py"):
        if path != "ats/__init__.py":
            features = {name for name in imported(tree) if is_within(name, {*BELOW, "dev"})}
            assert not features, f"{path} imports {features}: only create_app knows features."


def test_modules_are_named_in_strings_only_where_they_must_not_be_imported() -> None:
    for path, tree in code():
        package = ".".join(path.split("/")[:2])
        for node in ast.walk(tree):
            name = node.value if isinstance(node, ast.Constant) else None
            if isinstance(name, str) and re.fullmatch(r"ats(\.\w+)+", name) and not path.startswith("ats/dev/"):
                allowed = NAMED_ONLY.get(path, set()) | {package}
                assert name.startswith(tuple(allowed)), f"{path} names {name}: import it, or say in NAMED_ONLY why not."


def test_production_loads_nothing_of_development() -> None:
    script = """
import sys
from ats import create_app
create_app({"FOYER_ENV": "production", "SECRET_KEY": "0123456789abcdef" * 4, "TRUSTED_HOSTS": ["jobs.example"],
            "DATABASE_URL": "postgresql://127.0.0.1:1/none"})
sys.exit(", ".join(name for name in sys.modules if name.startswith(("ats.dev", "tests"))) or 0)
"""
    run = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, f"create_app loads {run.stderr}"


def test_no_statement_goes_round_the_filter_of_tenancy() -> None:
    for path, tree in code():
        if not path.startswith("ats/dev/"):
            found = set(round_the_filter(tree))
            allowed = ROUND_THE_FILTER.get(path, set())
            assert found <= allowed, (
                f"{path} uses {found - allowed}: no company's criteria are added to that. Write it with the models and "
                "sqlalchemy's select, update and delete; or say in ROUND_THE_FILTER why nobody can see too much by it."
            )
            assert allowed <= found, f"{path} needs {allowed - found} no more: take it out of ROUND_THE_FILTER."


def round_the_filter(node: ast.AST) -> Iterator[str]:
    """The things of SQLAlchemy that the filter does not see. Text that only defines tables is none of them."""
    if isinstance(node, ast.Call):
        called = ast.unparse(node.func)
        name = called.rpartition(".")[2]
        if name == "Index":
            return
        if name in ("text", "literal_column", "insert") and called in (name, f"sa.{name}", f"db.{name}", f"sql.{name}"):
            yield name
        if name in ("exec_driver_sql", "raw_connection", "from_statement", "bulk_insert_mappings", "bulk_save_objects"):
            yield name
        if (
            name in ("execute", "scalar", "scalars")
            and node.args
            and isinstance(node.args[0], (ast.Constant, ast.JoinedStr))
        ):
            yield f"{name} of a string"
    if isinstance(node, ast.Attribute) and node.attr in ("__table__", "tables", "engine", "connection"):
        yield node.attr
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.keyword) and child.arg in ("server_default", "postgresql_where"):
            continue
        yield from round_the_filter(child)


def test_scopes_are_entered_where_we_know_of_it() -> None:
    callers: dict[str, set[str]] = {scope: set() for scope in SCOPES}
    for path, tree in code():
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "tenancy" and node.attr in callers:
                callers[node.attr].add(path)
        hidden = {name for name in imported(tree) if name.startswith("ats.tenancy.") and name.split(".")[2] in SCOPES}
        assert not hidden, f"{path}: import tenancy and call tenancy.{hidden}, so that it can be found."
    assert callers == SCOPES, "Say in SCOPES who enters a company's or a wider scope, and on whose behalf."


def test_a_table_with_a_company_is_the_tenants() -> None:
    owned = {model.__tablename__ for model in tenant_models()}  # type: ignore[attr-defined]
    have = {table.name for table in db.metadata.tables.values() if "company_id" in table.columns}
    assert have - owned == {"user"}, (
        "Derive the model from TenantOwned, or its rows are shown to every company. "
        "(Users are found before it is known which company they belong to: when they sign in.)"
    )
    assert all(issubclass(model, TenantOwned) for model in tenant_models())


def test_children_and_parents_share_their_company() -> None:
    owned = {model.__tablename__ for model in tenant_models()}  # type: ignore[attr-defined]
    for table in (db.metadata.tables[name] for name in sorted(owned)):
        for key in table.foreign_key_constraints:
            if key.referred_table.name in owned and key.name not in KEYS_WITHIN_ONE_APPLICATION:
                columns = dict(zip(key.column_keys, (element.column.name for element in key.elements), strict=True))
                assert columns.get("company_id") == "company_id", (
                    f"{table.name} → {key.referred_table.name}: declare it by tenancy.owned_by, "
                    "so that no row can point into another company."
                )


def test_only_views_read_the_request() -> None:
    """What is asked of models and queries comes as an argument: then a worker and a test can ask it too."""
    request = {"flask.request", "flask.session", "flask_login.current_user"}
    for path, tree in code("*/**/*.py"):
        names = imported(tree)
        has_views = names & {
            "ats.access.requires",
            "ats.access.public",
            "ats.access.signed_in",
            "ats.access.setting_up",
        }
        assert has_views or not names & request, f"{path} imports {names & request}: hand it what it needs."
        assert not (path.endswith("/models.py") and has_views), f"{path}: views belong into views.py."


def test_no_file_is_a_drawer_for_anything() -> None:
    drawer = re.compile(r"(^|_)(utils?|helpers?|services?|managers?|misc|common|tools)$")
    for folder in ("ats", "tests", "templates", "static/js", "static/css"):
        for path in (ROOT / folder).rglob("*"):
            assert not drawer.search(path.stem), f"{path.relative_to(ROOT)}: name it after what is in it."


def test_every_module_says_what_it_is() -> None:
    for path, tree in code():
        assert ast.get_docstring(tree), f"{path}: begin with a sentence that says what is in it."


@pytest.mark.parametrize("path", sorted((ROOT / "static" / "js").rglob("*.js")), ids=lambda path: path.name)
def test_scripts_make_no_code_and_no_markup_of_text(path: Path) -> None:
    code_of_text = r"\beval\(|new Function|set(Timeout|Interval)\(\s*[\"'`]"
    markup_of_text = r"\b(inner|outer)HTML\s*\+?=|insertAdjacentHTML|document\.write"
    found = re.search(f"{code_of_text}|{markup_of_text}", path.read_text())
    assert not found, (
        f"{path.name} has {found and found[0]!r}: use textContent, a <template>, or let the server render it."
    )
