"""A small OpenID provider on loopback, with real signatures: what a person is named, a test says."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.receiver import Receiver, answer, receiver


@dataclass
class OpenIdProvider:
    """Names `claims`; signs with `key`, and publishes that of `published`."""

    receiver: Receiver
    claims: dict[str, Any] = field(default_factory=dict)
    userinfo: dict[str, Any] = field(default_factory=dict)
    key: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))
    published: rsa.RSAPrivateKey | None = None

    @property
    def url(self) -> str:
        return self.receiver.url("")

    def names(self, email: str, *, verified: bool = True) -> None:
        self.claims = {"sub": "1", "email": email, "email_verified": verified, "given_name": "Ada", "family_name": "L"}

    def respond(self, handler: BaseHTTPRequestHandler) -> None:
        now = int(time.time())
        base = {"iss": self.url, "aud": "voxa", "iat": now, "exp": now + 60}
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk((self.published or self.key).public_key()))
        bodies: dict[str, Any] = {
            "/.well-known/openid-configuration": {
                "issuer": self.url, "authorization_endpoint": f"{self.url}/authorize",
                "token_endpoint": f"{self.url}/token", "userinfo_endpoint": f"{self.url}/userinfo",
                "jwks_uri": f"{self.url}/keys",
            },
            "/token": {
                "access_token": "a", "token_type": "Bearer",
                "id_token": jwt.encode(base | self.claims, self.key, "RS256", headers={"kid": "1"}),
            },
            "/userinfo": self.userinfo or self.claims,
            "/keys": {"keys": [public | {"kid": "1", "alg": "RS256", "use": "sig"}]},
        }  # fmt: skip
        body = json.dumps(bodies[handler.path.split("?")[0]]).encode()
        answer(200, body, Content_Type="application/json")(handler)


@contextmanager
def openid_provider() -> Iterator[OpenIdProvider]:
    with receiver() as server:
        provider = OpenIdProvider(server)
        server.respond = provider.respond
        yield provider
