"""The page's own modules as few scripts: a visit asks for one file in place of fifteen."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

IMPORT = re.compile(r'^import (?:\{([^}]*)\} from )?"\./([\w.-]+)";\n', re.MULTILINE)
EXPORT = re.compile(r"^export ((?:async )?(?:function\*?|class|const) (\w+))", re.MULTILINE)
COMMENT = re.compile(r"^ *(?://[^\n]*|/\*\*.*?\*/)\n", re.MULTILINE | re.DOTALL)  # on lines of their own
SPARE = re.compile(r"^ +|(?<=[;,{(\[)}]) +// .*$", re.MULTILINE)  # indentation, and comments behind what is done


@dataclass(frozen=True)
class Loan:
    """Modules of the script `lender`, that a script which it loads later uses too: each is there once."""

    lender: str
    modules: frozenset[str]

    @property
    def names(self) -> str:
        """The modules' names within a script."""
        return ", ".join(map(_name, sorted(self.modules)))


def bundle(
    entry: str,
    modules: Mapping[str, str],
    libraries: frozenset[str],
    *,
    lends: Loan | None = None,
    borrows: Loan | None = None,
) -> str:
    """Return the script that does what the module `entry` does, without the comments and indentation of `modules`.

    `modules` are texts by file name, in which no string goes over several lines. Each becomes a function that is called
    once and returns what it exports; the entry stands at the end as it is, so that it may wait for something.
    `libraries` are imported from their own files, and what it `borrows` from its lender.
    """
    borrowed = borrows.modules if borrows else frozenset()
    names = [name for name in list_modules(entry, modules, libraries, borrowed) if name not in borrowed]
    found = [statement for name in names for statement in IMPORT.finditer(modules[name])]
    imports = dict.fromkeys(statement[0] for statement in found if statement[2] in libraries)
    loan = [f'import {{ {borrows.names} }} from "./{borrows.lender}";\n'] if borrows else []
    parts = [_wrap(name, modules[name], libraries, is_entry=name == entry) for name in names]
    return "".join([*imports, *loan, *parts, f"export {{ {lends.names} }};\n" if lends else ""])


def list_modules(
    entry: str, modules: Mapping[str, str], libraries: frozenset[str], borrowed: Collection[str] = ()
) -> list[str]:
    """Return the modules that `entry` needs, each after those that it needs itself; those of `borrowed` need none."""
    names: dict[str, None] = {}

    def add(name: str) -> None:
        if name in names:
            return
        names[name] = None  # a circle ends here, and the script then fails at once
        for statement in IMPORT.finditer(modules[name] if name not in borrowed else ""):
            if statement[2] not in libraries:
                add(statement[2])
        del names[name]
        names[name] = None

    add(entry)
    return list(names)


def _wrap(name: str, text: str, libraries: frozenset[str], *, is_entry: bool) -> str:
    def bind(statement: re.Match[str]) -> str:
        if statement[2] in libraries or not statement[1]:
            return ""
        return f"const {{{statement[1].replace(' as ', ': ')}}} = {_name(statement[2])};\n"

    bound = IMPORT.sub(bind, text)
    if is_entry:
        return SPARE.sub("", COMMENT.sub("", bound))
    body = SPARE.sub("", COMMENT.sub("", EXPORT.sub(r"\1", bound)))
    exported = ", ".join(match[2] for match in EXPORT.finditer(text))
    return f"const {_name(name)} = (() => {{\n{body}return {{ {exported} }};\n}})();\n"


def _name(file: str) -> str:
    return "module_" + re.sub(r"\W", "_", file.removesuffix(".js"))
