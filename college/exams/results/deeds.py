import sqlalchemy as sa

from college.core.deeds import DAY, NUMBER, Noun, deed, when
from college.core.roles import Can
from college.core.text import say
from college.exams.cycles.models import ExamCycle
from college.exams.pass_rules.models import Subject
from college.exams.results.models import LapseWarning, Result, ResultImport, ResultStatus

NOUN = Noun(
    model=Result,
    see=Can.COHORTS_SEE,
    values=Can.RESULTS_IMPORT,
    named=sa.select(
        Result.id,
        Result.level.label("level"),
        Result.subject.label("subject"),
        ExamCycle.year.label("year"),
    ).join(Result.cycle),
    reads={"score": NUMBER, "status": ResultStatus, "subject": Subject},
    deeds={
        "record_result": deed(
            say(
                "%(who)s recorded the official result of %(whom)s, %(year)s, %(level)s, "
                "%(subject)s: %(score)s"
            ),
            when(
                say(
                    "%(who)s recorded that %(whom)s was absent from the exam, %(year)s, %(level)s, "
                    "%(subject)s"
                ),
                status=ResultStatus.ABSENT,
            ),
            say(
                "%(who)s recorded the official result of %(whom)s, %(year)s, %(level)s, %(subject)s"
            ),
            say("%(who)s recorded an official result"),
            many=say("%(who)s recorded %(n)s official results"),
        ),
        "judge_anew": deed(
            say("%(who)s judged the result of %(whom)s anew, %(year)s, %(level)s, %(subject)s"),
            say("%(who)s judged a result anew"),
            many=say("%(who)s judged %(n)s results anew"),
        ),
    },
)
IMPORTS = Noun(
    model=ResultImport,
    see=Can.RESULTS_IMPORT,
    named=sa.select(ResultImport.id, ResultImport.filename.label("file")),
    titles=("file",),
    deeds={
        "upload_results": deed(
            say("%(who)s uploaded the result sheet %(file)s"),
            say("%(who)s uploaded a result sheet"),
            many=say("%(who)s uploaded %(n)s result sheets"),
        ),
        "choose_result_columns": deed(
            say("%(who)s said which column of the result sheet %(file)s holds what"),
            say("%(who)s chose the columns of a result sheet"),
            many=say("%(who)s chose the columns of result sheets, %(n)s times"),
        ),
        "check_results": deed(
            say("%(who)s had the result sheet %(file)s checked again"),
            say("%(who)s had a result sheet checked again"),
            many=say("%(who)s had result sheets checked again, %(n)s times"),
        ),
        "keep_check": deed(
            say("The result sheet %(file)s was checked: %(new)s rows are new"),
            say("%(who)s checked a result sheet"),
            many=say("%(who)s checked result sheets %(n)s times"),
        ),
        "record_results": deed(
            say("%(who)s ordered the import of %(file)s: %(results)s results"),
            say("%(who)s ordered the import of a result sheet"),
            many=say("%(who)s ordered the import of result sheets, %(n)s times"),
        ),
        "record_chunk": deed(
            say("%(rows)s results of %(file)s were recorded, %(new)s rows of them new"),
            say("%(who)s recorded a part of a result sheet"),
            many=say("%(who)s recorded result sheets in %(n)s parts"),
        ),
        "award_chunk": deed(
            say("%(file)s gave %(awarded)s qualifications"),
            say("%(who)s awarded what a part of a result sheet earned"),
            many=say("%(who)s awarded what result sheets earned, in %(n)s parts"),
        ),
        "finish_import": deed(
            say("%(file)s is imported: %(new)s rows new, %(awarded)s qualifications awarded"),
            say("%(who)s finished an import"),
            many=say("%(who)s finished %(n)s imports"),
        ),
        "hand_back_rows": deed(
            say("%(who)s took home the %(count)s refused rows of %(file)s, with ID numbers"),
            say("%(who)s took home refused rows of a result sheet"),
            many=say("%(who)s took home refused rows of result sheets, %(n)s times"),
        ),
    },
)
LAPSES = Noun(
    model=LapseWarning,
    see=Can.RESULTS_SEE,
    of_person=True,
    named=sa.select(
        LapseWarning.id, LapseWarning.level.label("level"), LapseWarning.year.label("year")
    ),
    reads={"until": DAY},
    deeds={
        "warn_of_papers": deed(
            say(
                "%(who)s told %(whom)s that a pass of %(level)s counts for the last time in "
                "%(year)s"
            ),
            say("%(who)s told somebody that a pass counts for the last time"),
            many=say("%(who)s told %(n)s people that a pass counts for the last time"),
        ),
        "warn_of_statement": deed(
            say("%(who)s told %(whom)s that the statement of the senior exam ends on %(until)s"),
            say("%(who)s told somebody that a statement of the senior exam runs out"),
            many=say("%(who)s told %(n)s people that a statement of the senior exam runs out"),
        ),
    },
)
