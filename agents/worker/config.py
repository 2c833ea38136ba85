"""What a worker needs to know to start: the media server and where Voxa's API is."""

import os
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

AGENT_NAME = "voxa-agent"
# Set by the worker for its sessions, which run in processes of their own.
WORKER_ID = "VOXA_AGENT_WORKER_ID"


@dataclass(frozen=True)
class Config:
    """The environment. From the load `load_limit` on it takes no more calls; with 1 it takes them always."""

    url: str
    key: str
    secret: str = field(repr=False)
    api_url: str
    worker_id: str
    load_limit: float
    health_port: int

    @classmethod
    def read(cls, environment: Mapping[str, str] = os.environ) -> "Config":
        """Read the environment. Raises SystemExit naming every variable that is missing or wrong."""
        names = ("LIVEKIT_URL", "LIVEKIT_API_KEY", "LIVEKIT_API_SECRET", "API_PUBLIC_URL")
        missing = [name for name in names if not environment.get(name)]
        if missing:
            raise SystemExit(f"The agent worker needs {', '.join(missing)}. Set them as for the API.")
        try:
            load_limit = float(environment.get("VOXA_AGENT_LOAD_LIMIT", "0.7"))
            health_port = int(environment.get("VOXA_AGENT_HEALTH_PORT", "0"))
        except ValueError as error:
            raise SystemExit(f"VOXA_AGENT_LOAD_LIMIT or VOXA_AGENT_HEALTH_PORT is no number: {error}") from None
        if not 0 < load_limit <= 1:
            raise SystemExit("VOXA_AGENT_LOAD_LIMIT is a share of the processors: more than 0, at most 1.")
        url, key, secret, api_url = (environment[name] for name in names)
        worker_id = environment.get(WORKER_ID) or str(uuid.uuid4())
        return cls(url, key, secret, api_url.rstrip("/"), worker_id, load_limit, health_port)
