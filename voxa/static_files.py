"""Serve the static files of the admin and `/docs`."""

from typing import Any

from whitenoise.storage import CompressedManifestStaticFilesStorage


class CollectedFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """whitenoise's storage, serving the uncompressed sources if nothing was collected."""

    def stored_name(self, name: str) -> Any:
        return super().stored_name(name) if self.hashed_files else name
