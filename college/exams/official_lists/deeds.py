import sqlalchemy as sa

from college.core.deeds import Noun, deed
from college.core.roles import Can
from college.core.text import say
from college.exams.official_lists.models import OfficialList

NOUN = Noun(
    model=OfficialList,
    see=Can.CANDIDACIES_MOVE,
    named=sa.select(OfficialList.id, OfficialList.filename.label("file")),
    titles=("file",),
    deeds={
        "upload_list": deed(
            say("%(who)s uploaded the official list %(file)s"),
            say("%(who)s uploaded an official list"),
            many=say("%(who)s uploaded %(n)s official lists"),
        ),
        "choose_list_columns": deed(
            say("%(who)s said which column of the official list %(file)s holds what"),
            say("%(who)s chose the columns of an official list"),
            many=say("%(who)s chose the columns of official lists, %(n)s times"),
        ),
        "confirm_list_matches": deed(
            say("%(who)s confirmed whose %(count)s rows of the official list %(file)s are"),
            say("%(who)s confirmed whose rows of an official list are"),
            many=say("%(who)s confirmed whose rows of official lists are, %(n)s times"),
        ),
        "check_list": deed(
            say("%(who)s had the official list %(file)s checked again"),
            say("%(who)s had an official list checked again"),
            many=say("%(who)s had official lists checked again, %(n)s times"),
        ),
        "keep_list_check": deed(
            say("The official list %(file)s was checked: %(ready)s candidates to note"),
            say("%(who)s checked an official list"),
            many=say("%(who)s checked official lists %(n)s times"),
        ),
        "import_list": deed(
            say("%(who)s had the official list %(file)s imported"),
            say("%(who)s had an official list imported"),
            many=say("%(who)s had official lists imported, %(n)s times"),
        ),
        "record_list_rows": deed(
            say("%(rows)s candidates of the official list %(file)s were noted for %(who)s"),
            say("Candidates of an official list were noted for %(who)s"),
            many=say("Candidates of official lists were noted for %(who)s, in %(n)s parts"),
        ),
        "finish_list": deed(
            say("The official list %(file)s is imported: %(new)s rows new, %(changed)s changed"),
            say("%(who)s finished the import of an official list"),
            many=say("%(who)s finished the import of %(n)s official lists"),
        ),
        "hand_back_list_rows": deed(
            say("%(who)s took home %(count)s rows to mend of the official list %(file)s"),
            say("%(who)s took home rows to mend of an official list"),
            many=say("%(who)s took home rows to mend of official lists, %(n)s times"),
        ),
    },
)
