"""Alembic's entry point: run the migrations on the connection that revisions.py passes."""

from alembic import context

from twin.stores.desk_tables import conversations

context.configure(connection=context.config.attributes["connection"], target_metadata=conversations.metadata)
context.run_migrations()
