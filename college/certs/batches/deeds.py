import sqlalchemy as sa

from college.certs.batches.models import BatchEntry, IssueBatch
from college.core.deeds import DAY, Noun, deed
from college.core.roles import Can
from college.core.text import say
from college.courses.enrolments.models import Enrolment
from college.courses.runs.models import CourseRun
from college.people.persons.models import Person

NOUN = Noun(
    model=IssueBatch,
    see=Can.CERTS_ISSUE,
    named=sa.select(
        IssueBatch.id, CourseRun.title.label("run"), CourseRun.title_en.label("run_en")
    ).join(IssueBatch.run),
    inside={CourseRun: CourseRun.id},
    reads={"issue_on": DAY},
    titles=("run",),
    deeds={
        "open_batch": deed(
            say(
                "%(who)s made the list of the certificates of %(run)s: %(entries)s people, dated "
                "%(issue_on)s"
            ),
            say("%(who)s made the list of the certificates of %(run)s"),
            say("%(who)s made a list of certificates"),
            many=say("%(who)s made lists of certificates %(n)s times"),
        ),
        "keep_sample": deed(
            say("The sample of the certificates of %(run)s was drawn; set aside: %(stopped)s"),
            say("%(who)s drew the sample of a certificate"),
            many=say("%(who)s drew samples of certificates %(n)s times"),
        ),
        "approve_batch": deed(
            say("%(who)s approved the certificates of %(run)s: list, wording and date"),
            say("%(who)s approved certificates"),
            many=say("%(who)s approved certificates of %(n)s classes"),
        ),
        "issue_batch": deed(
            say("%(who)s ordered the certificates of %(run)s to be issued: %(entries)s"),
            say("%(who)s ordered certificates to be issued"),
            many=say("%(who)s ordered certificates to be issued, %(n)s times"),
        ),
        "draw_again": deed(
            say("%(who)s had %(entries)s papers of %(run)s drawn again"),
            say("%(who)s had papers drawn again"),
            many=say("%(who)s had papers drawn again, %(n)s times"),
        ),
        "finish_batch": deed(
            say("The certificates of %(run)s are issued"),
            say("%(who)s finished issuing certificates"),
            many=say("%(who)s finished issuing certificates, %(n)s times"),
        ),
        "renew_print_file": deed(
            say("%(who)s had the print file of %(run)s put together anew"),
            say("%(who)s had a print file put together anew"),
            many=say("%(who)s had print files put together anew, %(n)s times"),
        ),
        "keep_print_file": deed(
            say("The print file of %(run)s was put together anew"),
            say("%(who)s put a print file together anew"),
            many=say("%(who)s put print files together anew, %(n)s times"),
        ),
    },
)
ENTRIES = Noun(
    model=BatchEntry,
    see=Can.CERTS_ISSUE,
    named=sa.select(
        BatchEntry.id,
        Person.full_name.label("person"),
        CourseRun.title.label("run"),
        CourseRun.title_en.label("run_en"),
    )
    .join(BatchEntry.enrolment)
    .join(Enrolment.person)
    .join(Enrolment.run),
    inside={CourseRun: CourseRun.id},
    titles=("run",),
    deeds={
        "stop_entry": deed(
            say("The certificate of %(person)s from %(run)s was set aside; its batch says why"),
            say("%(who)s set a certificate aside"),
            many=say("%(who)s set %(n)s certificates aside"),
        ),
    },
)
