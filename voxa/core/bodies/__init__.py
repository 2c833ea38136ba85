"""Request bodies: one reader for the API, webhooks and admin forms, and the WSGI middleware in front of it."""
