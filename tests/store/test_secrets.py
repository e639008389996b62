"""Secrets are unreadable without the key, bound to their place, and found without being read."""

import base64
import os
from pathlib import Path

import pytest

from hamyar.store.secrets import (
    KeyFileInvalid,
    KeyFileMissing,
    KeyFileOpen,
    Keyring,
    KeyUnknown,
    Secret,
    SecretDamaged,
    create_key_file,
)

NAME = "زهرا مرادی نمونه"
FIRST, SECOND = bytes(range(32)), bytes(range(32, 64))


def test_a_secret_opens_for_its_owner_and_field_only():
    """A ciphertext moved to another owner or another field does not open, and the error keeps the secret."""
    ring = Keyring([FIRST])
    sealed = ring.encrypt("F1-1", "name", NAME)
    assert ring.decrypt("F1-1", "name", sealed) == NAME
    for owner, field in [("F1-2", "name"), ("F1-1", "address"), ("F1-1|name", "")]:
        with pytest.raises(SecretDamaged) as caught:
            ring.decrypt(owner, field, sealed)
        assert NAME not in str(caught.value)


def test_one_altered_letter_is_noticed():
    """A ciphertext with another last byte does not open."""
    ring = Keyring([FIRST])
    key_id, encoded = ring.encrypt("F1-1", "name", NAME).split(":")
    raw = bytearray(base64.b64decode(encoded))
    raw[-1] ^= 1
    with pytest.raises(SecretDamaged):
        ring.decrypt("F1-1", "name", f"{key_id}:{base64.b64encode(raw).decode()}")


def test_text_that_is_no_ciphertext_is_refused():
    """Something that was never encrypted under this key is named as such."""
    ring = Keyring([FIRST])
    key_id = ring.encrypt("F1-1", "name", NAME).split(":")[0]
    with pytest.raises(SecretDamaged):
        ring.decrypt("F1-1", "name", f"{key_id}:not base64")
    with pytest.raises(KeyUnknown):
        ring.decrypt("F1-1", "name", "plain")


def test_equal_secrets_have_different_ciphertexts():
    """The nonce is random, so two encryptions of one name share nothing."""
    ring = Keyring([FIRST])
    assert ring.encrypt("F1-1", "name", NAME) != ring.encrypt("F1-1", "name", NAME)


def test_a_rotated_key_still_opens_and_finds_what_the_old_one_wrote():
    """With a new key above the old one, old secrets open and are found; without the old one they are named."""
    old, both, new = Keyring([FIRST]), Keyring([SECOND, FIRST]), Keyring([SECOND])
    sealed = old.encrypt("F1-1", "name", NAME)
    assert both.decrypt("F1-1", "name", sealed) == NAME
    assert old.blind_index("name", NAME) in both.blind_indexes("name", NAME)
    assert both.encrypt("F1-1", "name", NAME).split(":")[0] != sealed.split(":")[0]
    with pytest.raises(KeyUnknown):
        new.decrypt("F1-1", "name", sealed)


@pytest.mark.parametrize(
    ("field", "one", "other"),
    [
        ("name", "علي رضا", "علی‌رضا"),
        ("national_id", "۰۰۱۲۳۴۵۶۷۹", "001-234567-9"),
        ("national_id", "12345679", "0012345679"),
        ("phone", "+98 912 000 0001", "۰۹۱۲۰۰۰۰۰۰۱"),
        ("address", "کوچهٔ  یکم", "کوچه یکم"),
    ],
)
def test_two_spellings_share_an_index(field: str, one: str, other: str):
    """The blind index is that of the normalised value."""
    ring = Keyring([FIRST])
    assert ring.blind_index(field, one) == ring.blind_index(field, other)


def test_the_index_tells_fields_and_keys_apart():
    """The same digits as a telephone and as a national id, or under another key, have different indexes."""
    ring = Keyring([FIRST])
    assert ring.blind_index("phone", "9120000001") != ring.blind_index("national_id", "9120000001")
    assert ring.blind_index("phone", "9120000001") != Keyring([SECOND]).blind_index("phone", "9120000001")


def test_a_secret_prints_as_dots():
    """Neither ``str`` nor ``repr`` shows what ``reveal`` does."""
    secret = Secret(NAME)
    assert f"{secret} {secret!r}" == "••• •••"
    assert secret.reveal() == NAME
    assert (secret == Secret(NAME), secret == Secret("x"), secret == NAME) == (True, False, False)


def test_a_new_key_file_is_its_owners_only_and_is_never_replaced(tmp_path: Path):
    """The file is made with its folders, mode 600, and a second call leaves it alone."""
    file = tmp_path / "a" / "secrets.key"
    create_key_file(file)
    content = file.read_bytes()
    create_key_file(file)
    assert content == file.read_bytes()
    assert file.stat().st_mode & 0o777 == 0o600
    assert len(base64.b64decode(content)) == 32
    sealed = Keyring.read(file).encrypt("F1", "phone", "1")
    assert Keyring.read(file).decrypt("F1", "phone", sealed) == "1"


def test_a_file_may_hold_comments_and_several_keys(tmp_path: Path):
    """Lines that begin with # are skipped; every other line is a key."""
    file = tmp_path / "secrets.key"
    file.write_text(f"# new\n{base64.b64encode(SECOND).decode()}\n\n{base64.b64encode(FIRST).decode()}\n")
    file.chmod(0o600)
    assert Keyring.read(file).decrypt("F1", "name", Keyring([FIRST]).encrypt("F1", "name", NAME)) == NAME


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX")
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_key_file_open_to_others_is_refused(tmp_path: Path, mode: int):
    """A key that other users can read or write is no key."""
    file = tmp_path / "secrets.key"
    create_key_file(file)
    file.chmod(mode)
    with pytest.raises(KeyFileOpen):
        Keyring.read(file)


@pytest.mark.parametrize("content", ["", "# only a comment\n", "c2hvcnQ=\n", "ناخوانا\n"])
def test_a_file_without_a_key_is_refused(tmp_path: Path, content: str):
    """Empty, short and unreadable files are named with the line."""
    file = tmp_path / "secrets.key"
    file.write_text(content, "utf-8")
    file.chmod(0o600)
    with pytest.raises(KeyFileInvalid, match="line 1"):
        Keyring.read(file)


def test_a_missing_key_file_is_named(tmp_path: Path):
    """The error names the file."""
    with pytest.raises(KeyFileMissing, match=r"secrets\.key"):
        Keyring.read(tmp_path / "secrets.key")
