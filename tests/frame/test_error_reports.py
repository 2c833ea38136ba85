"""Unexpected errors are told to the server that SENTRY_DSN names, without what a request or the code held."""

import gzip
import os
import subprocess
import sys

from django.conf import settings

from tests.receiver import answer, receiver

FAIL = """
import django, sentry_sdk
django.setup()
from unittest.mock import patch
from django.test import Client

def broken(text):
    password = "local-s3cret"
    raise RuntimeError("The drum is jammed.")

with patch("accounts.api.authentication.find_api_key", broken):
    body = {"name": "Carrier", "authPassword": "body-s3cret"}
    headers = {"Authorization": "Bearer header-s3cret", "Cookie": "sessionid=cookie-s3cret"}
    client = Client(raise_request_exception=False)
    answer = client.post("/v1/telephony/trunks?number=query-s3cret", body, "application/json", headers=headers)
assert answer.status_code == 500, answer.status_code
sentry_sdk.flush(10)
"""


def run(code: str, dsn: str) -> "subprocess.CompletedProcess[str]":
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings", "SENTRY_DSN": dsn}
    argv = [sys.executable, "-c", code]
    return subprocess.run(argv, cwd=settings.BASE_DIR, env=env, capture_output=True, text=True, check=False)


def test_an_error_is_told_where_it_was_and_without_secrets() -> None:
    with receiver() as sentry:
        sentry.respond = answer(200, b"{}")
        ended = run(FAIL, f"http://key@127.0.0.1:{sentry.port}/1")
    assert ended.returncode == 0, ended.stderr
    told = b"".join(
        gzip.decompress(one.body) if one.headers.get("content-encoding") == "gzip" else one.body
        for one in sentry.requests
    ).decode()
    assert "The drum is jammed." in told
    assert "/v1/telephony/trunks" in told
    assert "s3cret" not in told


def test_what_is_no_dsn_is_a_sentence_without_its_value() -> None:
    ended = run("import django; django.setup()", "s3cret")
    assert ended.returncode != 0
    assert "SENTRY_DSN is not a DSN" in ended.stderr
    assert "s3cret" not in ended.stderr
