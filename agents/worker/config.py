"""Settings of a worker: the LiveKit server and Voxa's API."""

import os
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field

# Set by the worker for its sessions, which run in separate processes.
WORKER_ID = "VOXA_AGENT_WORKER_ID"


@dataclass(frozen=True)
class Config:
    """Settings from the environment. At a load of `load_limit` the worker accepts no more calls; 1 means no limit."""

    url: str
    key: str
    secret: str = field(repr=False)
    api_url: str
    worker_id: str
    load_limit: float
    health_port: int

    @classmethod
    def read(cls, environment: Mapping[str, str] = os.environ) -> "Config":
        """Read the environment. Raise `SystemExit` with every missing or invalid variable."""
        names = ("LIVEKIT_URL", "LIVEKIT_API_KEY", "LIVEKIT_API_SECRET", "API_PUBLIC_URL")
        missing = [name for name in names if not environment.get(name)]
        if missing:
            raise SystemExit(f"The agent worker needs {', '.join(missing)}. Set them as for the API.")
        try:
            load_limit = float(environment.get("VOXA_AGENT_LOAD_LIMIT", "0.7"))
            health_port = int(environment.get("VOXA_AGENT_HEALTH_PORT", "0"))
        except ValueError as error:
            raise SystemExit(f"VOXA_AGENT_LOAD_LIMIT or VOXA_AGENT_HEALTH_PORT is not a number: {error}") from None
        if not 0 < load_limit <= 1:
            raise SystemExit("VOXA_AGENT_LOAD_LIMIT is a share of the CPUs: enter more than 0, at most 1.")
        url, key, secret, api_url = (environment[name] for name in names)
        worker_id = environment.get(WORKER_ID) or str(uuid.uuid4())
        return cls(url, key, secret, api_url.rstrip("/"), worker_id, load_limit, health_port)
