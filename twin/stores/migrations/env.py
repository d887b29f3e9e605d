"""How Alembic runs the migrations: on the connection that db.py gives it."""

from alembic import context

from twin.stores.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
