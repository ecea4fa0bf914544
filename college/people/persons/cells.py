"""Names and identity numbers as cells of a sheet: how they are read, and why one is refused."""

from unicodedata import normalize

from college.core.imports import RowRefused
from college.core.sheets import heading_key, is_number_lost
from college.core.text import say
from college.people.persons.identity import (
    IdType,
    OfAResidencePermit,
    WrongIdNumber,
    clean_id_number,
    masked_id_number,
)
from college.people.persons.names import MOST_CHARACTERS, clean_name

ID_TYPES = {
    "": IdType.RESIDENT_ID,
    "居民身份证": IdType.RESIDENT_ID,
    "身份证": IdType.RESIDENT_ID,
    "residentid": IdType.RESIDENT_ID,
    "港澳居民来往内地通行证": IdType.HK_MACAO_PERMIT,
    "hongkong/macaopermit": IdType.HK_MACAO_PERMIT,
    "台湾居民来往大陆通行证": IdType.TAIWAN_PERMIT,
    "taiwanpermit": IdType.TAIWAN_PERMIT,
    "港澳台居民居住证": IdType.RESIDENCE_PERMIT,
    "居住证": IdType.RESIDENCE_PERMIT,
    "residencepermit": IdType.RESIDENCE_PERMIT,
    "residencepermit(hongkong,macao,taiwan)": IdType.RESIDENCE_PERMIT,
    "护照": IdType.PASSPORT,
    "passport": IdType.PASSPORT,
}
ID_HEADINGS = (
    "证件号码", "证件号", "身份证号", "身份证号码", "身份证件号码", "公民身份号码",
    "id number", "id no", "id no.",
)  # fmt: skip


class NameMissing(RowRefused):
    code, message = "name_missing", say("The name is missing")
    mend = say("Enter the name as the card shows it.")


class NameTooLong(RowRefused):
    code, message = "name_too_long", say("The name has more characters than a name can have here")
    mend = say("Compare it with the card: perhaps other things stand in the cell too.")


class IdNumberMissing(RowRefused):
    code, message = "id_number_missing", say("The ID number is missing")
    mend = say("Rows are matched by ID number: enter it as text.")


class IdNumberAsNumber(RowRefused):
    code = "id_number_as_number"
    message = say("The ID number was typed as a number, so its last digits are lost")
    mend = say("Format the column as text, then enter the ID number again; the template has it so.")


class IdNumberWrong(RowRefused):
    code, message = "id_number_wrong", say("This ID number cannot be right")
    mend = say("Compare its digits with the card; the last one is a check digit.")


class IdNumberOfPermit(RowRefused):
    code, message = "id_number_of_permit", say("This is the number of a residence permit")
    mend = say("Write residence permit as the ID type of this row.")


class IdTypeUnknown(RowRefused):
    code, message = "id_type_unknown", say("This kind of document is not known")
    mend = say(
        "Write resident ID, residence permit, Hong Kong/Macao permit, Taiwan permit or passport."
    )


class PersonUnknown(RowRefused):
    code, message = "person_unknown", say("Nobody here has this ID number")
    mend = say("An import creates no persons: record the person first, or leave the row out.")


class NameDiffers(RowRefused):
    code = "name_differs"
    message = say("The name differs from the one recorded for this ID number (%(expected)s)")
    mend = say("Compare name and number with the card; the parts of a name are joined by “·”.")


def plain(text: str) -> str:
    """Text as it is compared: half-width, without spaces, small letters."""
    return heading_key(normalize("NFKC", text))


def name_in(text: str) -> str:
    """Raises NameMissing, NameTooLong."""
    name = clean_name(text)
    if not name:
        raise NameMissing
    if len(name) > MOST_CHARACTERS:
        raise NameTooLong
    return name


def id_type_in(text: str) -> IdType:
    """A resident ID where nothing is said. Raises IdTypeUnknown."""
    found = ID_TYPES.get(plain(text))
    if found is None:
        raise IdTypeUnknown
    return found


def id_number_in(text: str, id_type: IdType | None, *, is_lost: bool) -> str:
    """Raises IdNumberMissing, IdNumberAsNumber (`is_lost`), IdNumberOfPermit, IdNumberWrong."""
    text = normalize("NFKC", text).lstrip("'’")  # people type one so that all digits are kept
    if not text:
        raise IdNumberMissing
    if is_lost:
        raise IdNumberAsNumber
    try:
        return clean_id_number(id_type or IdType.RESIDENT_ID, text)
    except OfAResidencePermit as error:
        raise IdNumberOfPermit from error
    except WrongIdNumber as error:
        raise IdNumberWrong from error


def shown_id_number(text: str) -> str:
    """What a page or a file may show of a typed ID number: a number masked, else as it is."""
    digits = sum(c.isdigit() for c in text)
    return masked_id_number(text) if digits >= 5 and not is_number_lost(text) else text
