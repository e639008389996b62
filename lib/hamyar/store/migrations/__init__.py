"""The history of the database's shape, applied by ``Database.upgrade``; no ``alembic.ini`` is needed."""
