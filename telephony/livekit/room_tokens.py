"""Tokens with which a person joins a room."""

from collections.abc import Sequence
from datetime import timedelta

from livekit import api

from telephony.models import LiveKitProject


def join_token(
    project: LiveKitProject, room: str, identity: str, *, lifetime: timedelta, sources: Sequence[str] = ()
) -> str:
    """Return a token to join one room as `identity`, to hear, send data and publish these sources, nothing else.

    It must be used within `lifetime`. LiveKit renews it for as long as the participant is connected.
    """
    grants = api.VideoGrants(
        room_join=True,
        room=room,
        can_publish=bool(sources),
        can_publish_sources=list(sources) or None,
        can_publish_data=True,
        can_subscribe=True,
        can_update_own_metadata=False,
    )
    token = api.AccessToken(*project.credentials).with_identity(identity).with_grants(grants)
    return token.with_ttl(lifetime).to_jwt()


def listen_token(project: LiveKitProject, room: str, identity: str, *, lifetime: timedelta) -> str:
    """Return a token to hear one room unseen: others do not learn of the participant, who may send nothing."""
    grants = api.VideoGrants(
        room_join=True,
        room=room,
        hidden=True,
        can_publish=False,
        can_publish_data=False,
        can_subscribe=True,
        can_update_own_metadata=False,
    )
    token = api.AccessToken(*project.credentials).with_identity(identity).with_grants(grants)
    return token.with_ttl(lifetime).to_jwt()
