"""What was compared: versions of the languages and libraries, and how busy the machine is. No host names, no paths."""

import os
import platform
from importlib.metadata import version

from cryptography.hazmat.backends.openssl import backend

PACKAGES = (
    "jinja2",
    "premailer",
    "lxml",
    "dkimpy",
    "cryptography",
    "itsdangerous",
    "aiosmtplib",
    "sqlmodel",
    "sqlalchemy",
)


def read_python_versions() -> dict[str, str]:
    """Return the versions of Python and of every package that a figure depends on."""
    packages = {name: version(name) for name in PACKAGES}
    return {"python": platform.python_version(), **packages, "openssl in cryptography": backend.openssl_version_text()}


def describe_machine() -> str:
    """Return the number of processors, their kind and the system's name."""
    return f"{os.cpu_count()} vCPU {platform.machine()}, {platform.system()}"


def read_load() -> str:
    """Return the load average of one, five and fifteen minutes."""
    return " ".join(f"{load:.1f}" for load in os.getloadavg())
