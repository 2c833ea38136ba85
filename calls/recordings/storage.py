"""Storage of recordings: the operator's S3-compatible bucket, configured by `RECORDING_S3_*`."""

from functools import cache
from typing import Any

from django.conf import settings

from telephony.livekit.egress import Bucket

LINK_SECONDS = 300


class StorageFailed(Exception):
    """Raised when a storage request failed; the message holds no secret."""


def bucket() -> Bucket | None:
    """Return the configured bucket, None if recordings are not configured."""
    if not (settings.RECORDING_S3_BUCKET and settings.RECORDING_S3_ACCESS_KEY and settings.RECORDING_S3_SECRET):
        return None
    return Bucket(
        settings.RECORDING_S3_BUCKET,
        settings.RECORDING_S3_REGION,
        settings.RECORDING_S3_ENDPOINT,
        settings.RECORDING_S3_ACCESS_KEY,
        settings.RECORDING_S3_SECRET,
    )


def link(name: str, key: str) -> str:
    """Return a playback URL that is valid for 5 minutes, without a request. Raise StorageFailed on failure."""
    parameters = {"Bucket": name, "Key": key}
    return str(_client().generate_presigned_url("get_object", Params=parameters, ExpiresIn=LINK_SECONDS))


def delete(name: str, key: str) -> None:
    """Delete a file within about 10 s. A missing file counts as deleted. Raise StorageFailed on failure."""
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        _client().delete_object(Bucket=name, Key=key)
    except ClientError as error:
        told = error.response.get("Error", {})
        if told.get("Code") != "NoSuchKey":
            raise StorageFailed(f"The storage rejected the request: {told.get('Code', 'no reason given')}.") from None
    except BotoCoreError as error:
        raise StorageFailed(f"The storage is unreachable ({type(error).__name__}).") from None


def _client() -> Any:
    set_ = bucket()
    if set_ is None:
        raise StorageFailed("Recording storage is not configured. Set RECORDING_S3_BUCKET and its keys.")
    return _made(set_)


@cache
def _made(chosen: Bucket) -> Any:
    import boto3  # saves 30 MB in processes without recordings
    from botocore.config import Config

    config = Config(
        connect_timeout=3,
        read_timeout=5,
        retries={"max_attempts": 1},
        s3={"addressing_style": "path" if chosen.endpoint else "auto"},
        signature_version="s3v4",
    )
    return boto3.client(
        "s3",
        endpoint_url=chosen.endpoint or None,
        region_name=chosen.region,
        aws_access_key_id=chosen.access_key,
        aws_secret_access_key=chosen.secret,
        config=config,
    )
