"""A database engine: Django's for PostgreSQL, without a statement per request to check the connection."""
