"""The settings of recording: small, strict, and told what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from cds.audit.privacy.settings import Settings, read_settings
from cds.errors import InputError


def written(folder: Path, text: str) -> Path:
    """Write a file of settings."""
    path = folder / "recording.yaml"
    path.write_text(text)
    return path


def test_all_settings_are_read(tmp_path: Path) -> None:
    """The key folder is named from where the file is."""
    path = written(
        tmp_path,
        'schema: cds-recording/1\nkeys: ../keys\nactor: "ward 7"\npurpose: treatment\n'
        'mask: [patient.weight, "medications.*.text"]\n',
    )
    assert read_settings(path) == Settings(
        tmp_path / "../keys", "ward 7", "treatment", ("patient.weight", "medications.*.text")
    )


def test_a_site_need_not_decide_anything(tmp_path: Path) -> None:
    """What is not said is left to the caller, and nothing is masked."""
    assert read_settings(written(tmp_path, "schema: cds-recording/1\n")) == Settings()
    assert read_settings(written(tmp_path, "schema: cds-recording/1\nmask: []\n")) == Settings()


def test_an_absolute_key_folder_stays(tmp_path: Path) -> None:
    """Wherever the file is."""
    path = written(tmp_path, "schema: cds-recording/1\nkeys: /etc/cds/keys\n")
    assert read_settings(path).keys == Path("/etc/cds/keys")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("actor: a\n", "`schema` is not a schema that can be read; expected `schema: cds-recording/1`"),
        ("schema: cds-recording/1\nacter: a\n", "`acter` is not a setting of recording.*did you mean `actor`"),
        ("schema: cds-recording/1\nactor: [a]\n", "`actor` does not say what it should; expected 1 to 128 ASCII"),
        ("schema: cds-recording/1\nactor: ' a'\n", "`actor` does not say what it should"),
        ("schema: cds-recording/1\npurpose: Treatment!\n", "`purpose` does not say what it should; expected one word"),
        ("schema: cds-recording/1\nkeys: 7\n", "`keys` does not say what it should; expected the path"),
        ("schema: cds-recording/1\nmask: patient.age\n", "`mask` does not say what it should; expected a list"),
        ("schema: cds-recording/1\nmask: [1]\n", "`mask` does not say what it should; expected a list"),
        ("schema: cds-recording/1\nschema: x\n", "recording.yaml:2"),
    ],
)
def test_a_wrong_setting_is_told(tmp_path: Path, text: str, problem: str) -> None:
    """With the file and what was expected."""
    with pytest.raises(InputError, match=problem) as told:
        read_settings(written(tmp_path, text))
    assert "recording.yaml" in str(told.value)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    """By its path."""
    with pytest.raises(InputError, match=r"none\.yaml.*cannot be read"):
        read_settings(tmp_path / "none.yaml")
