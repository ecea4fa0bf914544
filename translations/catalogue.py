"""Bring the Chinese catalogue up to date: extract, merge, take in new translations, compile.

    .venv/bin/python translations/catalogue.py

New translations come as `translations/inbox/<area>.po` (msgid and msgstr); they are taken into the
one catalogue and the fragment is emptied. English sentences are their own msgids. Exits with 1 and
lists them while sentences lack a translation or are fuzzy.
"""

import fcntl
import sys
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

HERE = Path(__file__).parent
ROOT = HERE.parent
CHINESE = HERE / "zh_Hans_CN" / "LC_MESSAGES" / "messages.po"
NO_DATE = datetime(2026, 11, 23, tzinfo=UTC)  # a true one would be noise in every diff
KEYWORDS = {
    "_": None,
    "gettext": None,
    "ngettext": (1, 2),
    "lazy_gettext": None,
    "say": None,
}


def extracted() -> Catalog:
    """Every sentence in the tree, without places: they would change with every edit."""
    catalogue = Catalog()
    with (ROOT / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file, str(ROOT / "babel.cfg"))
    for folder in ("college", "templates"):
        found = extract_from_dir(
            ROOT / folder,
            [(pattern.removeprefix(f"{folder}/"), method) for pattern, method in methods],
            {pattern.removeprefix(f"{folder}/"): value for pattern, value in options.items()},
            keywords=KEYWORDS,
        )
        for _file, _line, message, _comments, _context in found:
            if message:
                catalogue.add(message)
    return catalogue


def read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale="zh_Hans_CN", domain="messages")


def lacking(catalogue: Catalog) -> list[str]:
    """Sentences without a translation, fuzzy ones, and ones whose placeholders do not match."""
    missing = [f"untranslated: {m.id}" for m in catalogue if m.id and not all(_texts(m.string))]
    missing += [f"fuzzy: {m.id}" for m in catalogue if m.id and m.fuzzy]
    for message in catalogue:
        missing += [f"{error}: {message.id}" for error in message.check(catalogue) if message.id]
    return missing


def _texts(string: object) -> list[str]:
    return [str(s) for s in string] if isinstance(string, tuple | list) else [str(string)]


def main() -> int:
    with (HERE / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        known = read(CHINESE) if CHINESE.exists() else Catalog(locale="zh_Hans_CN")
        for path in sorted((HERE / "inbox").glob("*.po")):
            for message in read(path):
                if message.id and all(_texts(message.string)):
                    known.delete(message.id)  # `add` keeps an old string, even an empty one
                    known.add(message.id, message.string)
        fresh = extracted()
        result = Catalog(
            locale="zh_Hans_CN",
            domain="messages",
            project="college",
            version="1",
            fuzzy=False,  # with it, `pybabel compile` leaves the whole catalogue out
            header_comment="# The college in Chinese. Written by translations/catalogue.py.",
            last_translator="The college",
            language_team="The college",
            msgid_bugs_address="-",
        )
        for message in sorted((m for m in fresh if m.id), key=lambda m: str(m.id)):
            old = known.get(message.id if isinstance(message.id, str) else message.id[0])
            result.add(message.id, old.string if old is not None else "")
        result.revision_date = result.creation_date = NO_DATE
        CHINESE.parent.mkdir(parents=True, exist_ok=True)
        with CHINESE.open("wb") as file:
            write_po(file, result, width=0, sort_output=True)
        with CHINESE.with_suffix(".mo").open("wb") as file:
            write_mo(file, result)
        kept = {m.id for m in result if m.id}
        for path in (HERE / "inbox").glob("*.po"):
            early = [m for m in read(path) if m.id and m.id not in kept]
            if not early:
                path.unlink()  # taken over whole
                continue
            rest = Catalog(locale="zh_Hans_CN")
            for message in early:  # translated before the sentence stands in the tree
                rest.add(message.id, message.string)
            with path.open("wb") as file:
                write_po(file, rest, width=0, omit_header=True)
        problems = lacking(result)
    print("\n".join(problems) or f"{len(kept)} sentences, all translated")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
