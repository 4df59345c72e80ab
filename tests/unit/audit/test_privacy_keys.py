"""The key folder: what it holds, who may read it, and how its keys are replaced."""

from __future__ import annotations

import base64
import os
import stat
from pathlib import Path

import pytest

from cds.audit.privacy.keys import Keys, Purpose, add_version, load_keys, make_keys, replace_signing
from cds.errors import InputError

SIGNING, VERIFIER = "PRIVATE+KEY+example.org/log+00000000+AAAA", "example.org/log+00000000+AAAA"


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    """Make a key folder."""
    return make_keys(tmp_path / "keys", signing=SIGNING, verifier=VERIFIER)


def test_a_new_folder_holds_a_first_version_of_every_key(keys: Keys) -> None:
    """What was made is what is loaded, and no two keys are the same."""
    loaded = load_keys(keys.folder)
    assert loaded == keys
    assert (loaded.signing, loaded.verifiers) == (SIGNING, (VERIFIER,))
    assert (loaded.pseudonym.current, loaded.body.current) == ("p1", "k1")
    assert loaded.pseudonym.key("p1") != loaded.body.key("k1")
    assert len(loaded.body.key("k1")) == 32


def test_only_the_owner_may_use_what_was_made(keys: Keys) -> None:
    """Every file has mode 0600, and the folder 0700."""
    modes = {stat.S_IMODE(path.stat().st_mode) for path in keys.folder.iterdir()}
    assert modes == {0o600}
    assert stat.S_IMODE(keys.folder.stat().st_mode) == 0o700
    assert sorted(path.name for path in keys.folder.iterdir()) == [
        "body.k1.key",
        "log.key",
        "log.pub",
        "pseudonym.p1.key",
    ]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o610])
def test_a_key_that_others_may_use_is_refused(keys: Keys, mode: int) -> None:
    """The message names the file and its mode, and says what to do."""
    (keys.folder / "body.k1.key").chmod(mode)
    with pytest.raises(InputError, match=f"others than its owner .*body.k1.key.*{mode:04o}.*chmod 600"):
        load_keys(keys.folder)


def test_the_verifier_key_may_be_public(keys: Keys) -> None:
    """It is no secret, and an auditor's folder holds it alone."""
    (keys.folder / "log.pub").chmod(0o644)
    for path in keys.folder.glob("*.key"):
        path.unlink()
    loaded = load_keys(keys.folder)
    assert (loaded.verifiers, loaded.signing) == ((VERIFIER,), None)
    with pytest.raises(InputError, match="there is no body key"):
        loaded.body.current  # noqa: B018  # asking is the point


def test_keys_are_never_shown(keys: Keys) -> None:
    """Neither by what Python prints of them, nor by a message about a damaged one."""
    assert "PRIVATE" not in repr(keys)
    assert repr(keys.body.key("k1")) not in repr(keys)
    path = keys.folder / "body.k1.key"
    damaged = path.read_text().strip()[:-8]
    path.write_text(damaged)
    with pytest.raises(InputError, match="damaged key") as told:
        load_keys(keys.folder)
    assert damaged.split("+", 3)[3] not in str(told.value)


def test_a_folder_with_keys_is_not_made_again(keys: Keys) -> None:
    """A key that is overwritten is lost with all that it opens."""
    with pytest.raises(InputError, match=r"holds keys already: body\.k1\.key"):
        make_keys(keys.folder, signing=SIGNING, verifier=VERIFIER)


def test_a_key_in_the_file_of_another_is_refused(keys: Keys) -> None:
    """A key says what it is for."""
    body = (keys.folder / "body.k1.key").read_text()
    (keys.folder / "pseudonym.p1.key").write_text(body)
    with pytest.raises(InputError, match=r"another key than its name says; expected the key `pseudonym\.p1`"):
        load_keys(keys.folder)


@pytest.mark.parametrize("name", ["body.key", "body.p1.key", "bodies.k1.key", "body.k0.key", "body.k1.old.key"])
def test_a_key_file_with_a_strange_name_is_refused(keys: Keys, name: str) -> None:
    """It would otherwise be left out without a word."""
    (keys.folder / "body.k1.key").rename(keys.folder / name)
    with pytest.raises(InputError, match="a name that says nothing"):
        load_keys(keys.folder)


def test_a_file_that_is_no_key_is_refused(keys: Keys) -> None:
    """Whatever it holds."""
    path = keys.folder / "body.k1.key"
    path.write_text("hello")
    with pytest.raises(InputError, match="holds no key of cds"):
        load_keys(keys.folder)
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match="is not text"):
        load_keys(keys.folder)
    path.write_text("CDS+KEY+body.k1+not base64")
    with pytest.raises(InputError, match="damaged key"):
        load_keys(keys.folder)
    path.unlink()
    path.mkdir()
    with pytest.raises(InputError, match=r"body\.k1\.key` cannot be read: Is a directory"):
        load_keys(keys.folder)


def test_keys_may_come_from_the_environment(keys: Keys) -> None:
    """With the same text as the file; other variables are not looked at."""
    environment = {"HOME": "/", "CDS_KEYS": str(keys.folder)}
    for path in list(keys.folder.iterdir()):
        stem = path.name.removesuffix(".key")
        environment["CDS_KEY_" + stem.upper().replace(".", "_")] = path.read_text()
        path.unlink()
    assert set(environment) - {"HOME", "CDS_KEYS"} == {
        "CDS_KEY_LOG",
        "CDS_KEY_LOG_PUB",
        "CDS_KEY_BODY_K1",
        "CDS_KEY_PSEUDONYM_P1",
    }
    assert load_keys(keys.folder, environment) == keys


def test_a_variable_that_names_no_key_is_refused(keys: Keys) -> None:
    """A slip of the pen would otherwise leave a key out."""
    with pytest.raises(InputError, match="did you mean `CDS_KEY_BODY_K1`"):
        load_keys(keys.folder, {"CDS_KEY_BODI_K1": "x"})


def test_two_different_keys_of_one_name_are_refused(keys: Keys) -> None:
    """Nobody can tell which one sealed the records; the same key twice is no question."""
    same = (keys.folder / "body.k1.key").read_text()
    assert load_keys(keys.folder, {"CDS_KEY_BODY_K1": same.strip()}) == keys
    other = f"CDS+KEY+body.k1+{base64.b64encode(bytes(32)).decode()}"
    with pytest.raises(InputError, match="hold different keys"):
        load_keys(keys.folder, {"CDS_KEY_BODY_K1": other})


@pytest.mark.parametrize("purpose", list(Purpose))
def test_a_new_version_becomes_current_and_the_old_one_stays(keys: Keys, purpose: Purpose) -> None:
    """The tenth comes after the ninth."""
    for _ in range(9):
        keys = add_version(keys, purpose)
    versions = load_keys(keys.folder).pseudonym if purpose is Purpose.PSEUDONYM else load_keys(keys.folder).body
    assert versions.current == f"{purpose.letter}10"
    assert len(set(versions.by_id.values())) == 10
    assert load_keys(keys.folder) == keys


def test_a_key_from_the_environment_is_not_replaced_by_a_file(keys: Keys) -> None:
    """The message names the variable in which a new one belongs."""
    path = keys.folder / "body.k1.key"
    text = path.read_text()
    path.unlink()
    keys = load_keys(keys.folder, {"CDS_KEY_BODY_K1": text})
    with pytest.raises(InputError, match="a new key in `CDS_KEY_BODY_K2`"):
        add_version(keys, Purpose.BODY)
    (keys.folder / "log.key").unlink()
    with pytest.raises(InputError, match="a new key in `CDS_KEY_LOG`"):
        replace_signing(keys, signing="new", verifier="new")


def test_a_new_signing_key_replaces_the_old_one_whose_verifier_key_stays(keys: Keys) -> None:
    """Old checkpoints stay verifiable; the old private key is in no file of the folder, nor behind another link."""
    (keys.folder.parent / "second-link").hardlink_to(keys.folder / "log.key")
    rotated = replace_signing(keys, signing="PRIVATE+KEY+new", verifier="new+verifier")
    assert rotated == load_keys(keys.folder)
    assert rotated.verifiers == (VERIFIER, "new+verifier")
    assert rotated.signing == "PRIVATE+KEY+new"
    assert stat.S_IMODE((keys.folder / "log.key").stat().st_mode) == 0o600
    assert set((keys.folder.parent / "second-link").read_bytes()) == {0}


def test_there_has_to_be_a_folder(tmp_path: Path) -> None:
    """It is never made without being asked for."""
    with pytest.raises(InputError, match="there is no key folder"):
        load_keys(tmp_path / "none")


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    """A file stands where it should be."""
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be made"):
        make_keys(tmp_path / "file" / "keys", signing=SIGNING, verifier=VERIFIER)


def test_a_version_that_somebody_else_has_just_made_is_not_overwritten(keys: Keys) -> None:
    """Two rotations at once leave one key, whole, and no draft of the other."""
    first = add_version(keys, Purpose.BODY)
    with pytest.raises(InputError, match=r"body\.k2\.key` exists already"):
        add_version(keys, Purpose.BODY)
    assert load_keys(keys.folder) == first
    assert not list(keys.folder.glob(".*"))


def test_what_cannot_be_written_is_told(keys: Keys) -> None:
    """And what was there stays: here something stands where the draft would be."""
    for name in ("body.k2.key", "log.pub"):
        (keys.folder / f".{name}.{os.getpid()}").mkdir()
    with pytest.raises(InputError, match=r"body\.k2\.key` cannot be written: File exists"):
        add_version(keys, Purpose.BODY)
    with pytest.raises(InputError, match=r"log\.pub` cannot be written"):
        replace_signing(keys, signing="new", verifier="new")
    assert load_keys(keys.folder) == keys
