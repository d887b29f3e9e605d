"""Alembic's entry point: run the migrations on the connection that revisions.py passes."""

from alembic import context

from twin.stores.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
