"""What Alembic runs to bring a casebook up to date: the versions, on the connection that it was handed."""

from alembic import context

from core.casebook.tables import Table


def migrate() -> None:
    """Run the versions that are missing, inside the transaction of whoever asked for them."""
    connection = context.config.attributes["connection"]
    context.configure(connection=connection, target_metadata=Table.metadata)
    with context.begin_transaction():
        context.run_migrations()


if __name__ == "env_py":  # what Alembic calls it
    migrate()
