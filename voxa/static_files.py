"""Where the admin and `/docs` find their styles and scripts."""

from typing import Any

from django.core.exceptions import ImproperlyConfigured
from whitenoise.storage import CompressedManifestStaticFilesStorage


class CollectedFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """whitenoise's, which says what to do where nothing was collected."""

    def stored_name(self, name: str) -> Any:
        if not self.hashed_files:
            raise ImproperlyConfigured(
                "No static files. Run `python manage.py collectstatic --no-input`, then restart."
            )
        return super().stored_name(name)
