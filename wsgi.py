"""What `flask run` and `gunicorn wsgi:app` serve."""

from twin import create_app
from twin.errors import stop_in_one_line

with stop_in_one_line():
    app = create_app()
