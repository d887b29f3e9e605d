"""What `flask run` and `gunicorn wsgi:app` serve, and where `flask twin` finds its commands."""

from twin import create_app
from twin.cli import create_commands_app, is_looking_for_commands
from twin.cli.terminal import stop_in_one_line

with stop_in_one_line():
    app = create_commands_app() if is_looking_for_commands() else create_app()
