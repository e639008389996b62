"""Run the migrations on the connection that the caller hands over, inside the caller's transaction."""

from alembic import context

from hamyar.store.models import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
