"""How the tables of a casebook came to be, version by version: read by Alembic, started by core.casebook.opening."""
