"""README.md says what is so."""

import re
from pathlib import Path

import pytest

from ats.pipeline.stages import diagram
from config import from_environment

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()


def test_the_stage_diagram_is_that_of_the_machine() -> None:
    assert f"```mermaid\n{diagram()}\n```" in README, "Put the output of ats.pipeline.stages.diagram() into README.md."


@pytest.mark.parametrize("variable", sorted({*from_environment({}), "PORT", "FOYER_VAR"}))
def test_every_variable_is_explained(variable: str) -> None:
    assert f"`{variable}`" in README, f"Explain {variable} in the table of README.md."


@pytest.mark.parametrize("path", sorted(set(re.findall(r"\]\(([^)#:]+)\)", README))))
def test_every_link_leads_to_a_file(path: str) -> None:
    assert (ROOT / path).exists()


def test_every_feature_is_on_the_map() -> None:
    features = [path.parent.name for path in (ROOT / "ats").glob("*/__init__.py")]
    assert [feature for feature in features if f"{feature}/" not in README] == []
