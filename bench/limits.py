"""The physical limit that speeds are shares of: signing with RSA-2048 in this very process."""

import hashlib

from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import Prehashed
from cryptography.hazmat.primitives.hashes import SHA256

from bench.rounds import Variant, in_process

RSA_SIGN = "RSA-2048 sign"
CALLS = 300


def rsa_sign(key: rsa.RSAPrivateKey) -> Variant:
    """Return the variant that signs a SHA-256 digest with a loaded key and does nothing else.

    The library's own OpenSSL, as the product uses it: the one of the command line is another version.
    """
    digest = hashlib.sha256(b"badgepost").digest()
    scheme, algorithm = padding.PKCS1v15(), Prehashed(SHA256())
    return in_process(RSA_SIGN, CALLS, lambda: key.sign(digest, scheme, algorithm))
