"""Pages need collected static files, and say so where there are none."""

from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from voxa.static_files import CollectedFiles


def test_where_nothing_was_collected_the_remedy_is_named(tmp_path: Path, settings: Any) -> None:
    with pytest.raises(ImproperlyConfigured, match="collectstatic"):
        CollectedFiles(location=tmp_path).url("voxa/admin.css")


def test_a_collected_file_has_its_content_in_its_name(tmp_path: Path, settings: Any) -> None:
    (tmp_path / "staticfiles.json").write_text(
        '{"version": "1.1", "hash": "", "paths": {"voxa/admin.css": "voxa/admin.0123.css"}}'
    )
    assert CollectedFiles(location=tmp_path).url("voxa/admin.css").endswith("voxa/admin.0123.css")
