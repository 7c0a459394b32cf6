"""Copy the few browser files the pages use out of node_modules into static/vendor/ (made by set-up, not committed).

Run as a script, not as a module: set-up needs it before the application can be imported.
"""

import shutil
from pathlib import Path

ROOT = Path(__file__).parents[2]
NODE_MODULES = ROOT / "node_modules"
VENDOR = ROOT / "static" / "vendor"

FILES = {
    "htmx.org/dist/htmx.min.js": "htmx.min.js",
    "sortablejs/Sortable.min.js": "Sortable.min.js",
    "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2": "inter/inter-latin.woff2",
    "@fontsource-variable/inter/files/inter-latin-ext-wght-normal.woff2": "inter/inter-latin-ext.woff2",
}
"""Path in node_modules: path in static/vendor."""


def copy_all() -> None:
    """Make static/vendor hold exactly FILES: what an older version left there goes."""
    shutil.rmtree(VENDOR, ignore_errors=True)
    for source, target in FILES.items():
        destination = VENDOR / target
        destination.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(NODE_MODULES / source, destination)


if __name__ == "__main__":
    copy_all()
