"""What a visit loads is small: no comments, no indentation, one script."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

from twin.web.page.assets import LIBRARIES, STATIC, Assets
from twin.web.page.bundle import Loan, bundle

MODULES = {
    "entry.js": 'import { one } from "./one.js";\nif (one) {\n  run("a // b", /\\s \\/\\/ c/); // as it says\n}\n',
    "one.js": "// About it.\n\n/** Its value. */\nexport const one = 1; // of all\n",
}
LATER = {
    **MODULES,
    "later.js": 'import { one } from "./one.js";\nimport { two } from "./two.js";\nexport const sum = one + two;\n',
    "two.js": "export const two = 2;\n",
}
OWN = sorted(path for path in STATIC.glob("*.js") if path.name not in LIBRARIES)


def test_has_no_comments_and_no_indentation() -> None:
    script = bundle("entry.js", MODULES, frozenset())
    assert script.endswith('if (one) {\nrun("a // b", /\\s \\/\\/ c/);\n}\n')
    assert "about" not in script.lower()
    assert not re.search(r"^ |value|of all|as it says", script, re.MULTILINE)


def test_a_script_that_is_loaded_later_uses_the_modules_of_the_first() -> None:
    loan = Loan("page.js", frozenset({"one.js"}))
    assert bundle("entry.js", LATER, frozenset(), lends=loan).endswith("}\nexport { module_one };\n")
    later = bundle("later.js", LATER, frozenset(), borrows=loan)
    assert later.startswith('import { module_one } from "./page.js";\n')
    assert "one = 1" not in later
    assert later.endswith("const {two} = module_two;\nexport const sum = one + two;\n".replace("{two}", "{ two }"))


@pytest.mark.parametrize("path", OWN, ids=lambda path: path.name)
def test_no_string_of_a_module_goes_over_several_lines(path: Path) -> None:
    text = re.sub(r"//[^\n]*|/\*.*?\*/|/(?:\\.|\[[^]]*\]|[^/\n])+/[gu]*", "", path.read_text(), flags=re.DOTALL)
    assert all(line.count("`") % 2 == 0 for line in text.splitlines())


def test_leaves_room_under_sixty_kilobytes() -> None:
    """Without headers, of which seven answers have less than 4,000 bytes, and the page itself, of less than 3,000."""
    assets = Assets()
    files = [assets.find(name) for name in ("page.js", "theme.js", "icons.svg", *sorted(LIBRARIES))]
    assert sum(len(gzip.compress(asset.plain)) for asset in [*files, assets.style]) < 53_000
