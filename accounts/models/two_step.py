"""The second step of sign-in: authenticator apps and recovery codes."""

import hashlib
import re
import secrets
import time
from base64 import b32encode
from urllib.parse import quote, urlencode

from django.db import models
from django.utils.crypto import constant_time_compare
from django_otp.models import Device, ThrottlingMixin, TimestampMixin
from django_otp.oath import TOTP
from fernet_fields import EncryptedTextField

_CODE = re.compile(r"[0-9]{6}", re.ASCII)
_TOLERANCE = 1  # steps of 30 s before and after
RECOVERY_CODES = 8
_RECOVERY_BYTES = 10  # 80 random bits cannot be found from a hash


def new_seed() -> str:
    """Return a random seed, in hexadecimal digits."""
    return secrets.token_hex(20)


class AuthenticatorApp(TimestampMixin, ThrottlingMixin, Device):  # type: ignore[misc]
    """An app with time-based codes (RFC 6238). Its seed is encrypted."""

    seed = EncryptedTextField(default=new_seed, editable=False)
    last_step = models.BigIntegerField(default=-1, editable=False)  # of the last accepted code: none is accepted twice
    drift = models.SmallIntegerField(default=0, editable=False)  # steps that the app's clock is off

    @property
    def bin_key(self) -> bytes:
        """Return the seed as bytes."""
        return bytes.fromhex(self.seed)

    @property
    def readable_seed(self) -> str:
        """Return the seed for manual entry into an app."""
        return b32encode(self.bin_key).decode().rstrip("=")

    @property
    def config_url(self) -> str:
        """Return the URI in the QR code."""
        label = quote(f"Voxa:{self.user.get_username()}")
        return f"otpauth://totp/{label}?{urlencode({'secret': self.readable_seed, 'issuer': 'Voxa'})}"

    def verify_token(self, token: str) -> bool:
        """Return whether a code is right and new. Call it with the row locked, so that each code counts once."""
        if not self.verify_is_allowed()[0]:
            return False
        totp = TOTP(self.bin_key, drift=self.drift)
        totp.time = time.time()
        if not (_CODE.fullmatch(token) and totp.verify(int(token), _TOLERANCE, self.last_step + 1)):
            self.throttle_increment()
            return False
        self.last_step, self.drift = totp.t(), totp.drift
        self.throttle_reset(commit=False)
        self.set_last_used_timestamp(commit=False)
        self.save()
        return True

    def get_throttle_factor(self) -> int:
        return 1


class RecoveryCodes(TimestampMixin, ThrottlingMixin, Device):  # type: ignore[misc]
    """Codes that sign in once each. Only their hashes are stored."""

    salt = models.CharField(max_length=32, editable=False)
    hashes = models.JSONField(default=list, editable=False)

    def renew(self) -> list[str]:
        """Replace the codes and return the new ones, which cannot be shown again. Do not save."""
        codes = [b32encode(secrets.token_bytes(_RECOVERY_BYTES)).decode().lower() for _ in range(RECOVERY_CODES)]
        self.salt = secrets.token_hex(16)
        self.hashes = [self._hash(code) for code in codes]
        return ["-".join(code[start : start + 4] for start in range(0, len(code), 4)) for code in codes]

    def verify_token(self, token: str) -> bool:
        """Return whether a code is valid, and invalidate it. Call it with the row locked."""
        if not self.verify_is_allowed()[0]:
            return False
        shown = self._hash(token)
        left = [stored for stored in self.hashes if not constant_time_compare(stored, shown)]
        if len(left) == len(self.hashes):
            self.throttle_increment()
            return False
        self.hashes = left
        self.throttle_reset(commit=False)
        self.set_last_used_timestamp(commit=False)
        self.save()
        return True

    def get_throttle_factor(self) -> int:
        return 1

    def _hash(self, code: str) -> str:
        plain = code.replace("-", "").replace(" ", "").lower()
        return hashlib.sha256(f"{self.salt}:{plain}".encode()).hexdigest()
