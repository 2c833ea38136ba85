"""Tasks of recordings."""

import logging
from uuid import UUID

from calls.recordings import deletion
from calls.recordings import recording as recordings
from telephony.livekit import LiveKitError
from voxa.core.tasks import task

logger = logging.getLogger(__name__)


@task("calls.tasks.start_recording")
def start_recording(recording_id: str) -> None:
    """Request LiveKit to record a call, within 30 s."""
    recordings.start(UUID(recording_id))


@task("calls.tasks.stop_recording")
def stop_recording(recording_id: str) -> None:
    """Stop a recording that started after it was given up."""
    try:
        recordings.stop_unwanted(UUID(recording_id))
    except LiveKitError as error:
        logger.warning("Stopping recording %s failed: %s", recording_id, error)


@task("calls.tasks.look_after_recordings")
def look_after_recordings() -> None:
    """Update the state of recordings, and delete those whose calls were deleted."""
    recordings.look_after()
    deletion.delete_due()
