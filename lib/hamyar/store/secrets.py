"""Secrets at rest: names, national ids, telephones and addresses.

The key lives in a file outside the database, so that a stolen database or backup holds no name.
From each key three others are derived, because one key must not serve two purposes:

* one encrypts with AES-256-GCM under a random nonce; owner and field are bound in as associated data,
  so that a ciphertext moved to another row does not open;
* one makes the *blind index*, an HMAC of the normalised value, by which a name is found without being readable.
  It does show which rows hold equal values; that is the price of finding without decrypting;
* one makes *pseudonyms* of codes for tables that leave the team (:mod:`hamyar.store.pseudonyms`).

A key file holds one key a line.  The first line encrypts; every line decrypts and finds,
so a key is rotated by putting a new line above the old one.

Nothing here puts a plaintext into an exception or a ``repr``.
"""

import base64
import hashlib
import hmac
import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path
from secrets import token_bytes

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from hamyar.core.errors import HamyarError
from hamyar.core.message import N_
from hamyar.core.persian import latin_digits, search_key
from hamyar.store.canonical import canonical_json
from hamyar.store.files import sync_folder

KEY_BYTES = 32
NONCE_BYTES = 12
# 64 bits: among a million codes two meet once in some thirty million data sets.
PSEUDONYM_DIGITS = 16


class KeyFileMissing(HamyarError):
    msgid = N_("The key file {file} is missing. Put it back from its backup; without it no name can be read.")


class KeyFileOpen(HamyarError):
    msgid = N_("The key file {file} can be read by other users of this computer. Allow only its owner: chmod 600.")


class KeyFileInvalid(HamyarError):
    msgid = N_("The key file {file}, line {line}, holds no key. Put the file back from its backup.")


class KeyNotGiven(HamyarError):
    msgid = N_("Names are encrypted, and the store was opened without a key file. Open it with one.")


class KeyUnknown(HamyarError):
    msgid = N_("The secret '{field}' of {owner_id} was encrypted with key {key_id}, which the key file does not hold.")


class SecretDamaged(HamyarError):
    msgid = N_("The secret '{field}' of {owner_id} does not open: it was altered or moved. Restore it from a backup.")


class Secret:
    """A plaintext on its way to a person's eyes; it prints as dots wherever it is not asked to reveal itself."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def __repr__(self) -> str:
        return "•••"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)


@dataclass(frozen=True, repr=False)
class _Key:
    key_id: str
    cipher: AESGCM
    index_key: bytes
    pseudonym_key: bytes

    @classmethod
    def derive(cls, raw: bytes) -> "_Key":
        def derived(purpose: bytes) -> bytes:
            return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=b"hamyar " + purpose).derive(raw)

        return cls(
            derived(b"key id")[:4].hex(), AESGCM(derived(b"values")), derived(b"blind index"), derived(b"pseudonyms")
        )


class Keyring:
    """The keys of one file: the first encrypts, all decrypt and find."""

    def __init__(self, raw_keys: list[bytes]) -> None:
        self._keys = [_Key.derive(raw) for raw in raw_keys]

    @classmethod
    def read(cls, file: Path) -> "Keyring":
        """Raises ``KeyFileMissing``, ``KeyFileOpen`` (others may read it) or ``KeyFileInvalid``."""
        if not file.is_file():
            raise KeyFileMissing(file=file)
        if os.name == "posix" and stat.S_IMODE(file.stat().st_mode) & 0o077:
            raise KeyFileOpen(file=file)
        raw_keys = []
        for number, line in enumerate(file.read_bytes().splitlines(), start=1):
            if not line.strip() or line.startswith(b"#"):
                continue
            try:
                raw = base64.b64decode(line.strip(), validate=True)
            except ValueError:
                raw = b""
            if len(raw) != KEY_BYTES:
                raise KeyFileInvalid(file=file, line=number)
            raw_keys.append(raw)
        if not raw_keys:
            raise KeyFileInvalid(file=file, line=1)
        return cls(raw_keys)

    def encrypt(self, owner_id: str, field: str, value: str) -> str:
        """``value`` as text that only this owner and field open."""
        key, nonce = self._keys[0], token_bytes(NONCE_BYTES)
        sealed = nonce + key.cipher.encrypt(nonce, value.encode(), _bound_to(owner_id, field))
        return f"{key.key_id}:{base64.b64encode(sealed).decode()}"

    def decrypt(self, owner_id: str, field: str, ciphertext: str) -> str:
        """Raises ``KeyUnknown`` or ``SecretDamaged``."""
        key_id, _, encoded = ciphertext.partition(":")
        key = next((key for key in self._keys if key.key_id == key_id), None)
        if key is None:
            raise KeyUnknown(owner_id=owner_id, field=field, key_id=key_id)
        try:
            sealed = base64.b64decode(encoded, validate=True)
            opened = key.cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], _bound_to(owner_id, field))
        except (InvalidTag, ValueError):
            raise SecretDamaged(owner_id=owner_id, field=field) from None
        return opened.decode()

    def blind_index(self, field: str, value: str) -> str:
        """What is stored beside the ciphertext to find it by."""
        return _index(self._keys[0], field, value)

    def blind_indexes(self, field: str, value: str) -> list[str]:
        """What ``value`` may be stored under: one for each key."""
        return [_index(key, field, value) for key in self._keys]

    def pseudonym(self, code: str) -> str:
        """What stands for ``code`` where nobody may know it: always the same, and nobody without the key finds it.

        The oldest key makes it, so that putting a new one above it changes no pseudonym.
        """
        return hmac.new(self._keys[-1].pseudonym_key, code.encode(), hashlib.sha256).hexdigest()[:PSEUDONYM_DIGITS]


def create_key_file(file: Path) -> None:
    """A new random key, readable by its owner only; an existing file is left alone."""
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(base64.b64encode(token_bytes(KEY_BYTES)) + b"\n")
        stream.flush()
        os.fsync(stream.fileno())
    sync_folder(file.parent)


def comparable(field: str, value: str) -> str:
    """What two ways of writing one secret share: spelling of names, digits of numbers, a telephone's country code."""
    match field:
        case "national_id":
            return re.sub(r"\D", "", latin_digits(value)).zfill(10)
        case "phone":
            return re.sub(r"^(0098|98|0)", "", re.sub(r"\D", "", latin_digits(value)))
        case _:
            return search_key(value)


def _index(key: _Key, field: str, value: str) -> str:
    text = canonical_json([field, comparable(field, value)])
    return hmac.new(key.index_key, text.encode(), hashlib.sha256).hexdigest()


def _bound_to(owner_id: str, field: str) -> bytes:
    return canonical_json([owner_id, field]).encode()
