"""No sentence of the tree is missing, fuzzy or stale in the Chinese catalogue."""

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

CATALOGUE = Path(__file__).parent.parent / "translations" / "catalogue.py"


def tool():
    spec = importlib.util.spec_from_file_location("catalogue", CATALOGUE)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    assert spec.loader is not None
    spec.loader.exec_module(module)
    return module


def test_every_sentence_is_translated():
    catalogue = tool()
    chinese = catalogue.read(catalogue.CHINESE)
    assert catalogue.lacking(chinese) == []
    stands = {m.id for m in catalogue.extracted() if m.id}
    known = {m.id for m in chinese if m.id}
    assert stands - known == set()
    assert known - stands == set()


def test_people_are_addressed_as_an_office_writes_to_them():
    """One form of address throughout, the polite one."""
    catalogue = tool()
    told = [text for m in catalogue.read(catalogue.CHINESE) for text in texts_of(m.string)]
    assert [text for text in told if "\u4f60" in text] == []
    assert sum("\u60a8" in text for text in told) > 100


def texts_of(string: str | tuple[str, ...]) -> tuple[str, ...]:
    return (string,) if isinstance(string, str) else tuple(string)


def test_a_fresh_clone_compiles_the_catalogue(tmp_path):
    """As setup.sh does; a catalogue whose head is fuzzy would be left out in silence."""
    folder = tmp_path / "zh_Hans_CN" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    shutil.copy(CATALOGUE.parent / "zh_Hans_CN" / "LC_MESSAGES" / "messages.po", folder)
    command = [Path(sys.executable).with_name("pybabel"), "-q", "compile", "-d", tmp_path]
    subprocess.run(command, check=True)
    assert (folder / "messages.mo").stat().st_size > 10_000


def test_the_check_notices_a_gap(tmp_path):
    catalogue = tool()
    chinese = catalogue.read(catalogue.CHINESE)
    chinese.add("Nobody translated this.", "")
    chinese.add("%(name)s is here.", "%(nome)s 在这里。")
    problems = "\n".join(catalogue.lacking(chinese))
    assert "untranslated: Nobody translated this." in problems
    assert "is here" in problems
