"""The page's own modules as one script: a visit asks for one file in place of fifteen."""

from __future__ import annotations

import re
from collections.abc import Mapping

IMPORT = re.compile(r'^import (?:\{([^}]*)\} from )?"\./([\w.-]+)";\n', re.MULTILINE)
EXPORT = re.compile(r"^export ((?:async )?(?:function\*?|class|const) (\w+))", re.MULTILINE)
COMMENT = re.compile(r"^ *(?://[^\n]*|/\*\*.*?\*/)\n", re.MULTILINE | re.DOTALL)  # on lines of their own
SPARE = re.compile(r"^ +|(?<=[;,{(\[)}]) +// .*$", re.MULTILINE)  # indentation, and comments behind what is done


def bundle(entry: str, modules: Mapping[str, str], libraries: frozenset[str]) -> str:
    """Return the script that does what the module `entry` does, without the comments and indentation of `modules`.

    `modules` are texts by file name, in which no string goes over several lines. Each becomes a function that is called
    once and returns what it exports; the entry stands at the end as it is, so that it may wait for something.
    `libraries` are imported from their own files.
    """
    parts: dict[str, str] = {}
    imports: dict[str, None] = {}

    def add(name: str) -> None:
        if name in parts:
            return
        parts[name] = ""  # a circle ends here, and the script then fails at once
        text = modules[name]
        for statement in IMPORT.finditer(text):
            if statement[2] in libraries:
                imports[statement[0]] = None
            else:
                add(statement[2])
        del parts[name]
        parts[name] = _wrap(name, text, libraries, is_entry=name == entry)

    add(entry)
    return "".join([*imports, *parts.values()])


def _wrap(name: str, text: str, libraries: frozenset[str], *, is_entry: bool) -> str:
    def bind(statement: re.Match[str]) -> str:
        if statement[2] in libraries or not statement[1]:
            return ""
        return f"const {{{statement[1].replace(' as ', ': ')}}} = {_name(statement[2])};\n"

    body = SPARE.sub("", COMMENT.sub("", EXPORT.sub(r"\1", IMPORT.sub(bind, text))))
    if is_entry:
        return body
    exported = ", ".join(match[2] for match in EXPORT.finditer(text))
    return f"const {_name(name)} = (() => {{\n{body}return {{ {exported} }};\n}})();\n"


def _name(file: str) -> str:
    return "module_" + re.sub(r"\W", "_", file.removesuffix(".js"))
