"""Write the table in docs/settings.md and .env.example from twin/settings/settings.py; `--check` compares."""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from twin.settings import PLACEHOLDER_KEY, Settings, as_text  # noqa: E402

PAGE = ROOT / "docs" / "settings.md"
SHOWN = {"openai_api_key": PLACEHOLDER_KEY, "cors_origins": None}  # in .env.example, all others are commented out


def default_of(name: str) -> str:
    return as_text(Settings.model_fields[name].default)


def meaning_of(name: str) -> str:
    return str(Settings.model_fields[name].description)


def describe(name: str) -> tuple[str, str]:
    return f"`{default_of(name)}`" if default_of(name) else "", meaning_of(name)


def table() -> str:
    rows = [
        "| ".join([f"| `{name.upper()}` ", *(cell.replace("|", r"\|") + " " for cell in describe(name)), ""]).rstrip()
        for name in Settings.model_fields
    ]
    return "\n".join(["| setting | default | meaning |", "|---|---|---|", *rows])


def env_example() -> str:
    lines = ["# Copy this file to .env. Generated from twin/settings/settings.py by `make docs`."]
    for name in Settings.model_fields:
        line = f"{name.upper()}={SHOWN.get(name) or default_of(name)}"
        lines += ["", f"# {meaning_of(name)}", line if name in SHOWN else f"# {line}"]
    return "\n".join(lines) + "\n"


def page() -> str:
    text = PAGE.read_text(encoding="utf-8")
    marked = r"(?<=<!-- settings -->\n).*?(?=\n<!-- /settings -->)"
    return re.sub(marked, lambda _: table(), text, flags=re.DOTALL)


def main() -> None:
    for path, text in {PAGE: page(), ROOT / ".env.example": env_example()}.items():
        if "--check" not in sys.argv:
            path.write_text(text, encoding="utf-8")
        elif path.read_text(encoding="utf-8") != text:
            sys.exit(f"{path.name} is not what twin/settings/settings.py says: run `make docs`.")


if __name__ == "__main__":
    main()
