"""The second factor: time-based codes (RFC 6238) and codes for whoever has lost the app. Pure but for drawing secrets.

Here belongs what a code is worth by itself. Whose secret it is, and that a code is taken once, stands in `proving`.
"""

import hashlib
import hmac
import io
import re
import secrets
from base64 import b32encode
from datetime import datetime

import pyotp
import segno

PERIOD = 30
"""Seconds that a code is shown (RFC 6238 section 5.2)."""
WINDOW = 1
"""Codes before and after the present one that are right, too: clocks differ, and people type slowly."""
RECOVERY_CODES = 10
_RECOVERY_BYTES = 10
_CODE = re.compile(r"[0-9]{6}")
_RECOVERY = re.compile(r"[A-Z2-7]{16}")
_SPACES = re.compile(r"[\s-]+")
_LONGEST_TYPED = 64


def make_secret() -> str:
    """Return a new secret in base32: 160 random bits (RFC 4226 section 4, R6)."""
    return pyotp.random_base32(32)


def find_step(secret: str, typed: str, now: datetime) -> int | None:
    """Return the time step whose code somebody has typed; None if it is none of those around `now`."""
    code = _SPACES.sub("", typed[:_LONGEST_TYPED])
    if not _CODE.fullmatch(code):
        return None
    totp, present = pyotp.TOTP(secret), int(now.timestamp()) // PERIOD
    right = [
        step
        for step in range(present - WINDOW, present + WINDOW + 1)
        if hmac.compare_digest(totp.generate_otp(step), code)
    ]
    return right[-1] if right else None


def write_uri(secret: str, address: str, service: str) -> str:
    """Return what an authenticator app reads from the QR code (the key URI format of Google Authenticator)."""
    return pyotp.TOTP(secret).provisioning_uri(name=address, issuer_name=service)


def draw_code(uri: str) -> str:
    """Return a QR code as an SVG image for a page: dark on white, so that it is read in dark mode, too; no styles."""
    drawn = io.BytesIO()
    code = segno.make(uri, error="m", micro=False)
    code.save(drawn, kind="svg", scale=4, border=4, light="#fff", xmldecl=False, svgclass="qr", lineclass=None)
    return drawn.getvalue().decode("ascii")


def group_secret(secret: str) -> str:
    """Return a secret in groups of four, for typing."""
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))


def make_recovery_codes() -> list[str]:
    """Return new codes of 80 random bits each, in groups of four."""
    drawn = (b32encode(secrets.token_bytes(_RECOVERY_BYTES)).decode("ascii") for _ in range(RECOVERY_CODES))
    return [group_secret(code).replace(" ", "-") for code in drawn]


def hash_recovery_code(typed: str) -> str | None:
    """Return what is kept of a recovery code, however it was typed; None if it cannot be one."""
    code = _SPACES.sub("", typed[:_LONGEST_TYPED]).upper()
    return hashlib.sha256(code.encode("ascii")).hexdigest() if _RECOVERY.fullmatch(code) else None
