"""What the notices of the state exam and of titles say: a part of `wording`."""

from collections.abc import Mapping

from college.core.deeds import Sentence, when
from college.core.text import say
from college.people.notices.models import NoticeKind
from college.people.notices.sentences import Wording

K = NoticeKind
EXAMS: Mapping[NoticeKind, Wording] = {
    K.RESULTS_IN: Wording(
        say("Your exam results are in"),
        (
            Sentence(
                say("Your official results of the %(year)s exam are in. Your record shows them.")
            ),
            Sentence(say("New official results are in. Your record shows them.")),
        ),
        "/people/persons/%(person_id)s",
        otherwise="/me/data",
    ),
    K.REGISTRATION_ENDS: Wording(
        say("Your registration ends soon"),
        (
            when(
                say(
                    "The registration of your title ends on %(to_on)s. You have the hours of "
                    "continuing education that it takes: %(have)s of %(need)s."
                ),
                is_met=True,
            ),
            Sentence(
                say(
                    "The registration of your title ends on %(to_on)s. You have %(have)s of "
                    "%(need)s hours of continuing education. The page says what is missing."
                )
            ),
            Sentence(say("The registration of your title ends on %(to_on)s.")),
            Sentence(say("The registration of your title ends soon. The page says when.")),
        ),
        "/register/continuing-education/of/%(person_id)s",
    ),
    K.EXAM_DATE: Wording(
        say("A date of your exam comes near"),
        (
            when(
                say(
                    "Registration for %(level)s opens on %(on)s. You register yourself, on the "
                    "state's site; then tell the academic office."
                ),
                milestone="registration_opens",
            ),
            when(
                say(
                    "Registration for %(level)s closes on %(on)s. If you have registered, tell the "
                    "academic office."
                ),
                milestone="registration_closes",
            ),
            when(
                say(
                    "The check of registrations for %(level)s ends on %(on)s. See on the state's "
                    "site whether yours has passed: only then can you pay the fee."
                ),
                milestone="registration_check_closes",
            ),
            when(
                say(
                    "The fee for %(level)s can be paid until %(on)s. Who does not pay is not "
                    "registered."
                ),
                milestone="payment_closes",
            ),
            when(
                say("The admission ticket for %(level)s can be printed from %(on)s on."),
                milestone="tickets_open",
            ),
            when(
                say("The admission ticket for %(level)s can be printed until %(on)s."),
                milestone="tickets_close",
            ),
            when(
                say(
                    "The exam for %(level)s begins on %(on)s. Bring the ticket and the ID document "
                    "that you registered with."
                ),
                milestone="exam_begins",
            ),
            when(
                say("The scores of the exam for %(level)s are to come out on %(on)s."),
                milestone="scores_come",
            ),
            when(
                say(
                    "If you passed the exam for %(level)s: the check after the exam ends on "
                    "%(on)s. Who misses it loses the result."
                ),
                milestone="check_closes",
            ),
            Sentence(say("A date of your exam comes near. The page says which.")),
        ),
        "/exams/candidacies/%(candidacy_id)s",
    ),
    K.PAPERS_LAPSE: Wording(
        say("A pass of yours counts for the last time"),
        (
            when(
                say(
                    "For %(level)s you have passed: %(papers)s. The exam of %(year)s is the last "
                    "in which that counts. Its dates are not announced yet; you will be told when "
                    "registration opens. There is time to prepare for: %(missing)s."
                ),
                stage="year_begins",
            ),
            when(
                say(
                    "For %(level)s you have passed: %(papers)s. The exam of %(year)s is the last "
                    "in which that counts. Registration is open from %(opens)s to %(closes)s: "
                    "enter on the state's site for %(missing)s. Pass, and the certificate is yours."
                ),
                stage="registration_opens",
            ),
            when(
                say(
                    "For %(level)s you have passed: %(papers)s. The exam of %(year)s is the last "
                    "in which that counts. Registration is open since %(opens)s: enter on the "
                    "state's site for %(missing)s. Pass, and the certificate is yours."
                ),
                stage="registration_opens",
            ),
            when(
                say(
                    "For %(level)s you have passed: %(papers)s. The exam of %(year)s is the last "
                    "in which that counts, and its registration closes on %(closes)s: enter on the "
                    "state's site for %(missing)s by then. If you have done so, just tell the "
                    "academic office."
                ),
                stage="registration_closes",
            ),
            Sentence(say("A pass of yours counts for the last time. The page says until when.")),
        ),
        "/exams/results/of/%(person_id)s",
        otherwise="/me/data",
    ),
    K.STATEMENT_LAPSES: Wording(
        say("Your statement of the senior exam runs out"),
        (
            Sentence(
                say(
                    "Your statement of the senior exam passed in %(year)s counts for the review "
                    "until %(until)s; after that the exam would have to be passed again. Ask the "
                    "academic office when the committee takes applications, and apply by then."
                )
            ),
            Sentence(say("Your statement of the senior exam runs out. The page says when.")),
        ),
        "/register/reviews/of/%(person_id)s",
        otherwise="/me/data",
    ),
    K.COHORT_BEHIND: Wording(
        say("Members of your cohort fall behind"),
        (
            when(
                say(
                    "One member of %(title)s falls behind the plan. The page says who and with "
                    "what: a word from you helps most now."
                ),
                behind=1,
            ),
            Sentence(
                say(
                    "%(behind)s of %(members)s members of %(title)s fall behind the plan. The page "
                    "says who and with what: a word from you helps most now."
                )
            ),
            Sentence(say("Members of your cohort fall behind its plan. The page says who.")),
        ),
        "/exams/cohorts/%(cohort_id)s?behind=y",
        otherwise="/exams/cohorts",
    ),
}
