"""The code that template sources compile to, kept in this process: compiling is what costs most of a first rendering.

Here belongs keeping it. Templates of mails and of pages have one each.
"""

from types import CodeType

from jinja2.bccache import Bucket, BytecodeCache


class KeptCode(BytecodeCache):
    """The code that templates compile to, kept for this process: each is read in many languages.

    Only for environments with the same rules: code depends on them, and a key on name and source alone.
    """

    def __init__(self) -> None:
        self._kept: dict[str, tuple[str, CodeType | None]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Give the code of this source, if it was the last of its name."""
        checksum, code = self._kept.get(bucket.key, ("", None))
        bucket.code = code if checksum == bucket.checksum else None

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep the code of this source in the place of any other of its name."""
        self._kept[bucket.key] = bucket.checksum, bucket.code
