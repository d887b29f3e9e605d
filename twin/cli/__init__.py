"""`flask twin …`: the owner's commands, over the same code as the routes."""

from __future__ import annotations

import logging
from typing import Any

import click
from flask import Flask
from flask.cli import AppGroup, FlaskGroup

from ..errors import StartError
from .answers import answer_gap
from .ask import ask
from .check import check
from .desk import open_desk
from .eval import evaluate
from .gaps import list_gaps
from .keys import keys_group
from .knowledge import list_knowledge
from .migrate import migrate
from .notify import notify
from .sessions import sessions_group
from .settings import print_settings
from .spend import spend
from .terminal import stop_in_one_line


class OneLineGroup(AppGroup):
    """A group whose commands fail with one line on stderr and status 2."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command without showing the log, since each command prints its own faults."""
        silence = logging.NullHandler()
        logging.getLogger("twin").addHandler(silence)
        try:
            with stop_in_one_line():
                return super().invoke(ctx)
        except click.UsageError as error:
            command = (error.ctx or ctx).command_path
            with stop_in_one_line():
                raise StartError(f"{error.format_message()} See `{command} --help`.") from None
        finally:
            logging.getLogger("twin").removeHandler(silence)


commands = OneLineGroup(
    "twin",
    help="Ask the twin, open its desk, check that it works, show its settings, what it knows, spent and lacks, and "
    "give keys to programs.",
)
for command in (
    answer_gap,
    ask,
    check,
    evaluate,
    keys_group,
    list_gaps,
    list_knowledge,
    migrate,
    open_desk,
    notify,
    print_settings,
    sessions_group,
    spend,
):
    commands.add_command(command)


def is_looking_for_commands() -> bool:
    """Whether `flask` loads the app only to list its commands."""
    context = click.get_current_context(silent=True)
    return context is not None and isinstance(context.command, FlaskGroup)


def create_commands_app() -> Flask:
    """Return an app with the commands alone, so that the commands work where the service would not start."""
    app = Flask("twin")
    app.cli.add_command(commands)
    return app
