import sqlalchemy as sa

from college.core.deeds import Noun, deed
from college.core.roles import Can
from college.core.text import say
from college.people.roster.models import RosterImport

NOUN = Noun(
    model=RosterImport,
    see=Can.ROSTER_IMPORT,
    named=sa.select(RosterImport.id, RosterImport.filename.label("file")),
    titles=("file",),
    deeds={
        "upload_roster": deed(
            say("%(who)s uploaded the roster %(file)s"), say("%(who)s uploaded a roster")
        ),
        "choose_columns": deed(
            say("%(who)s said which column of the roster %(file)s holds what"),
            say("%(who)s chose the columns of a roster"),
        ),
        "check_roster": deed(
            say("%(who)s had the roster %(file)s checked again"),
            say("%(who)s had a roster checked again"),
        ),
        "keep_roster_check": deed(
            say("The roster %(file)s was checked for %(who)s"),
            say("A roster was checked for %(who)s"),
        ),
        "import_roster": deed(
            say("%(who)s had the roster %(file)s imported"), say("%(who)s had a roster imported")
        ),
        "record_roster_rows": deed(
            say("%(rows)s rows of the roster %(file)s were brought in for %(who)s"),
            say("Rows of a roster were brought in for %(who)s"),
            many=say("Rows of a roster were brought in for %(who)s, in %(n)s parts"),
        ),
        "finish_roster": deed(
            say("The import of the roster %(file)s ended for %(who)s"),
            say("The import of a roster ended for %(who)s"),
        ),
        "hand_back_roster_rows": deed(
            say("%(who)s took home %(count)s rows to mend of the roster %(file)s"),
            say("%(who)s took home rows to mend of a roster"),
        ),
    },
)
