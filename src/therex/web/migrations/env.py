"""Run by Alembic: brings a database to the newest schema, on the connection that the application hands over."""

from alembic import context

from therex.web.schema import schema

context.configure(connection=context.config.attributes["connection"], target_metadata=schema, version_table="review_version")
with context.begin_transaction():
    context.run_migrations()
