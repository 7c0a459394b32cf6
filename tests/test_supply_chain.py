"""What comes from others is what was locked, and nothing secret goes out with what is ours."""

import json
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SECRETS = {
    "a private key": r"-----BEGIN [A-Z ]*PRIVATE KEY-----",
    "a key of a cloud": r"\b(AKIA|ASIA)[0-9A-Z]{16}\b",
    "a token of a forge": r"\b(ghp|gho|ghs|github_pat|glpat)[_-][A-Za-z0-9_]{20,}",
    "a password in an address": r"\b(postgres(ql)?|redis|smtp)s?://[^\s:@/'\"{}]+:(?!hush|password|secret|p%40ss)[^\s@/'\"{}]{4,}@",
    "a setting": r"^\s*(export )?(SECRET_KEY|MAIL_PASSWORD)=['\"]?[A-Za-z0-9_-]{16,}",
}


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_every_python_package_is_locked_with_its_hashes(name: str) -> None:
    text = (ROOT / name).read_text().replace("\\\n", " ")
    packages = [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]
    assert len(packages) > 20
    for package in packages:
        assert re.match(r"[A-Za-z0-9._-]+(\[[a-z0-9,-]+\])?==\S+", package), package
        assert "--hash=sha256:" in package, package
    assert "://" not in "".join(packages), "An address of an index stands in it."


def test_every_browser_package_is_locked_with_its_hash() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    assert len(packages) > 3
    for name, package in packages.items():
        if name:
            assert package["integrity"].startswith("sha512-"), name
            assert "resolved" not in package, f"{name} names an address"
    assert "ignore-scripts=true" in (ROOT / ".npmrc").read_text()


def test_no_secret_is_in_the_repository() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    if not paths:
        pytest.skip("This is no clone of the repository.")
    found = []
    for path in paths:
        if path.is_file() and path != Path(__file__) and path.suffix not in (".png", ".pdf", ".docx", ".woff2"):
            text = path.read_text(errors="replace")
            found += [f"{path}: {kind}" for kind, pattern in SECRETS.items() if re.search(pattern, text, re.M)]
    assert found == []
    names = {path.name for path in paths}
    assert not names & {".env", "secret-key", "id_rsa", ".pypirc", "credentials.json"}
