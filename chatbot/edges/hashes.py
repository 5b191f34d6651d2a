"""Keys and passwords come in; a file of their hashes, and whose a given one is, goes out.

A key is 256 random bits, so one SHA-256 is enough: there is nothing to guess. A password is what a person chose, so it
is hashed by scrypt with a salt, 16 MiB and some 50 ms for each guess.
"""

import hashlib
import hmac
import json
import logging
import os
import re
import secrets
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock

from chatbot.config import SettingsError

LOG = logging.getLogger("chatbot.edges")
PREFIX = "cle_"  # so that tools that look for leaked secrets can know one
NAME = re.compile(r"[\w.@-]{1,64}")
HASH = re.compile(r"[0-9a-f]{64}|[0-9]{1,7}\$[0-9]{1,2}\$[0-9]{1,2}(\$[0-9a-f]{32,64}){2}")  # of a key, of a password
COST, BLOCK, PARALLEL = 2**14, 8, 1
MIN_PASSWORD, MAX_PASSWORD = 10, 200


class Register:
    """A file of names with their hashes, read again whenever it changes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._seen: tuple[int, ...] | None = None
        self._hashes: dict[str, str] = {}

    def hashes(self) -> dict[str, str]:
        """Give the hash of each name; a change that can't be read leaves all as it was, and is logged once."""
        try:
            status = self.path.stat()
            seen: tuple[int, ...] = (status.st_mtime_ns, status.st_size, status.st_ino)
        except FileNotFoundError:
            seen = ()
        except OSError as error:
            LOG.warning("'%s' can't be seen (%s): what it held still counts.", self.path, error.strerror)
            return self._hashes
        if seen != self._seen:
            first, self._seen = self._seen is None, seen
            try:
                self._hashes = {name: entry["hash"] for name, entry in self.read().items()} if seen else {}
            except SettingsError as error:
                if first:
                    self._seen = None
                    raise
                LOG.warning("%s Until then, what it held before counts.", error)
        return self._hashes

    def read(self) -> dict[str, dict[str, str]]:
        """Read the file, empty where there is none; raise SettingsError when it holds something else."""
        try:
            entries = json.loads(self.path.read_text(encoding="utf-8"))
            if all(NAME.fullmatch(name) and HASH.fullmatch(entry["hash"]) for name, entry in entries.items()):
                return dict(entries)
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, AttributeError, KeyError, TypeError):
            pass
        raise SettingsError(f"'{self.path}' can't be read as hashes: put a copy back, or remove it and make new ones.")

    def put(self, name: str, hashed: str) -> None:
        """Add a name, or change its hash; for its owner's eyes only, whole or not at all."""
        if not NAME.fullmatch(name):
            raise SettingsError(f"{name!r} is no name: give 1 to 64 letters, digits or . _ @ -")
        with self._locked():
            since = datetime.now(UTC).isoformat(timespec="seconds")
            self._write(self.read() | {name: {"hash": hashed, "since": since}})

    def remove(self, name: str) -> bool:
        """Remove a name; tell whether it was there."""
        with self._locked():
            entries = self.read()
            if entries.pop(name, None) is None:
                return False
            self._write(entries)
        return True

    def _locked(self) -> FileLock:
        return FileLock(f"{self.path}.lock", mode=0o600)

    def _write(self, entries: dict[str, dict[str, str]]) -> None:
        handle, temporary = tempfile.mkstemp(dir=self.path.parent, prefix=f".{self.path.name}.")  # mode 0600
        try:
            with open(handle, "w", encoding="utf-8") as file:
                json.dump(entries, file, ensure_ascii=False, indent=1)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, self.path)
        except BaseException:
            os.unlink(temporary)
            raise


def make_key() -> str:
    """Make a key that nobody can guess."""
    return PREFIX + secrets.token_urlsafe(32)


def hash_key(key: str) -> str:
    """Hash a key."""
    return hashlib.sha256(key.encode("utf-8", "surrogateescape")).hexdigest()


def owner_of_key(key: str, hashes: dict[str, str]) -> str | None:
    """Give the name that a key was made for; all are compared, each in constant time."""
    given, owner = hash_key(key), None
    for name, hashed in hashes.items():
        if hmac.compare_digest(given, hashed):
            owner = name
    return owner


def hash_password(password: str, salt: bytes | None = None) -> str:
    """Hash a password, as `cost$block$parallel$salt$hash`."""
    salt = salt or secrets.token_bytes(16)
    hashed = hashlib.scrypt(password.encode(), salt=salt, n=COST, r=BLOCK, p=PARALLEL, dklen=32)
    return f"{COST}${BLOCK}${PARALLEL}${salt.hex()}${hashed.hex()}"


NOBODY = hash_password(secrets.token_hex(), bytes(16))


def is_password(password: str, hashed: str | None) -> bool:
    """Tell whether a password has a hash; for an unknown name, None, it takes as long and is false."""
    cost, block, parallel, salt, kept = (hashed or NOBODY).split("$")
    n, r, p = int(cost), int(block), int(parallel)
    given = hashlib.scrypt(password.encode(), salt=bytes.fromhex(salt), n=n, r=r, p=p, dklen=32)
    return hmac.compare_digest(given.hex(), kept) and hashed is not None
