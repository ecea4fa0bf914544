"""All that is stored on a person, and their files, as one archive for themselves."""

import json
from collections.abc import Iterator
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import sqlalchemy as sa

from college.certs.certificates.models import Certificate
from college.core import clock, crypto, journal, security_log, storage
from college.core.db import db
from college.core.errors import RuleBroken
from college.core.journal import JournalEntry
from college.core.security_log import SecurityKind
from college.core.storage import FileLost
from college.core.text import say
from college.people.accounts.changing_password import check_present
from college.people.accounts.models import Account
from college.people.consents import scans
from college.people.consents.models import Consent
from college.people.notices.models import Notice
from college.people.notices.values import opened as notice_values
from college.people.persons.models import Person
from college.people.persons.revealing import Secret, opened
from college.reports.personal_data.forms import PasswordAgainForm
from college.reports.personal_data.held import Held
from college.reports.personal_data.inventory import HELD
from college.reports.personal_data.operations import download_data
from college.reports.personal_data.topics import Topic
from college.reports.personal_data.words import SECRET

MOST_BYTES = 100 * 1024 * 1024  # of files, before they are packed


class TooMuch(RuleBroken):
    code = "too_much"
    message = say("Your files are too large for one download. Ask the academic office for them.")


def taken_out(form: PasswordAgainForm, account: Account) -> bytes | None:
    """The archive, or None with the reason in the form."""
    if not form.validate():
        return None
    try:
        check_present(account, form.password.data or "", field="password")
        archive = archive_of(account.person)  # reading takes long: before the transaction
        download_data(account.actor, account.person)
    except RuleBroken as refusal:
        form.refuse(refusal)
        return None
    security_log.note(SecurityKind.PERSONAL_DATA)
    return archive


def archive_of(person: Person) -> bytes:
    """A zip: data.json, the photo, the certificates. Raises TooMuch."""
    facts = facts_of(person)
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as archive:
        size = 0
        for name, content in _files(person, facts):
            size += len(content)
            if size > MOST_BYTES:
                raise TooMuch
            archive.writestr(name, content)
        text = json.dumps(facts, ensure_ascii=False, indent=2, default=str)
        archive.writestr("data.json", text)
    return out.getvalue()


def facts_of(person: Person) -> dict[str, Any]:
    """Every row of the inventory, but secrets; what lies sealed is opened for its owner."""
    told: dict[str, Any] = {
        topic.value: {held.table: _rows(held, person.id) for held in HELD if held.topic is topic}
        for topic in Topic
    }
    numbers = {secret.value: opened(person, secret) for secret in Secret}
    told["identity"]["in_clear"] = {name: text for name, text in numbers.items() if text}
    told["messages"]["said"] = _notices(person)
    told["traces"]["journal"] = _journal(person)
    return {"made_at": clock.now().isoformat(), "missing_files": [], **told}


def _rows(held: Held, person_id: int) -> list[dict[str, Any]]:
    """Keys, and hashes of passwords and codes, are left out: they would open an account."""
    columns = [c for c in held.model.__table__.columns if c.name not in SECRET]
    chosen = sa.select(*columns).where(held.mine(person_id)).order_by(held.model.id)
    return [
        {name: _plain(name, value) for name, value in row._mapping.items()}
        for row in db.session.execute(chosen)
    ]


def _plain(name: str, value: Any) -> Any:
    if name.endswith("_sealed") and value:
        return crypto.unseal(value)
    return value


def _notices(person: Person) -> list[dict[str, Any]]:
    mine = sa.select(Notice).where(Notice.person_id == person.id).order_by(Notice.id)
    return [
        {
            "at": notice.told_at,
            "kind": notice.kind,
            "values": notice_values(notice.kind, person.id, notice.values_sealed),
        }
        for notice in db.session.scalars(mine)
    ]


def _journal(person: Person) -> list[dict[str, Any]]:
    mine = sa.select(JournalEntry).where(JournalEntry.about_id == person.id)
    entries = db.session.scalars(mine.order_by(JournalEntry.id)).all()
    details = journal.details_of_all(entries)
    return [{"at": e.at, "deed": e.deed, "details": details.get(e.id)} for e in entries]


def _files(person: Person, facts: dict[str, Any]) -> Iterator[tuple[str, bytes]]:
    named = [("photo.jpg", person.photo_sha256)]
    mine = (Certificate.person_id == person.id) & (Certificate.file_sha256 != "")
    chosen = sa.select(Certificate.number, Certificate.file_sha256).where(mine)
    named += [
        (f"certificates/{row.number}.pdf", row.file_sha256)
        for row in db.session.execute(chosen.order_by(Certificate.number))
    ]
    for name, key in named:
        if not key:
            continue
        try:
            yield name, storage.files().get(key)
        except FileLost:
            facts["missing_files"].append(name)
    yield from _scans(person, facts)


def _scans(person: Person, facts: dict[str, Any]) -> Iterator[tuple[str, bytes]]:
    """What was signed on paper, named by the version of the text."""
    mine = (Consent.person_id == person.id) & (Consent.scan_sha256 != "")
    for row in db.session.scalars(sa.select(Consent).where(mine).order_by(Consent.id)):
        name = f"consents/{row.text.code}-{row.id}"
        try:
            content = scans.kept(row.scan_sha256)
        except FileLost:
            facts["missing_files"].append(name)
        else:
            yield f"{name}.{scans.ending_of(content)}", content
