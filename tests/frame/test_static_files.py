"""Pages have their styles and scripts, collected or not."""

from pathlib import Path
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from whitenoise.middleware import WhiteNoiseMiddleware

from voxa.static_files import CollectedFiles


def _nowhere(request: HttpRequest) -> HttpResponse:
    return HttpResponse(status=404)


@pytest.mark.filterwarnings("ignore:No directory at")
@pytest.mark.parametrize("name", ["voxa/admin.css", "drf_spectacular_sidecar/swagger-ui-dist/swagger-ui-bundle.js"])
def test_where_nothing_was_collected_the_sources_are_served(
    tmp_path: Path, settings: Any, rf: RequestFactory, name: str
) -> None:
    settings.WHITENOISE_AUTOREFRESH, settings.STATIC_ROOT = False, tmp_path / "staticfiles"
    settings.WHITENOISE_USE_FINDERS = True
    page_names_it = CollectedFiles(location=settings.STATIC_ROOT).url(name)
    assert WhiteNoiseMiddleware(_nowhere)(rf.get(page_names_it)).status_code == 200


def test_a_collected_file_has_its_content_in_its_name(tmp_path: Path) -> None:
    (tmp_path / "staticfiles.json").write_text(
        '{"version": "1.1", "hash": "", "paths": {"voxa/admin.css": "voxa/admin.0123.css"}}'
    )
    assert CollectedFiles(location=tmp_path).url("voxa/admin.css").endswith("voxa/admin.0123.css")
