"""Where the admin and `/docs` find their styles and scripts."""

from typing import Any

from whitenoise.storage import CompressedManifestStaticFilesStorage


class CollectedFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """whitenoise's, with plain names where nothing was collected: it serves the sources then, uncompressed."""

    def stored_name(self, name: str) -> Any:
        return super().stored_name(name) if self.hashed_files else name
