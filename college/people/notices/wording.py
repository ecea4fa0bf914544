"""What each kind of notice says, and the page that it leads to.

A subject names nothing: it is read on locked screens and over shoulders. Of a kind's sentences the
first whose blanks can all be filled is said.
"""

from collections.abc import Mapping

from college.core.deeds import BLANK, Sentence, tell, when
from college.core.text import Remark, say
from college.people.notices.exam_wording import EXAMS
from college.people.notices.models import NoticeKind
from college.people.notices.sentences import Wording
from college.people.notices.values import Values

K = NoticeKind
WORDINGS: Mapping[NoticeKind, Wording] = {
    K.ENROLLED: Wording(
        say("Your enrolment is noted"),
        (
            when(
                say("You have a seat in the class “%(title)s”, which begins on %(begins)s."),
                has_seat=True,
            ),
            when(say("You have a seat in the class “%(title)s”."), has_seat=True),
            Sentence(say("You are on the waiting list of the class “%(title)s”.")),
            Sentence(say("Your enrolment is noted. The page of the class says how it stands.")),
        ),
        "/courses/runs/%(run_id)s",
    ),
    K.MOVED_UP: Wording(
        say("A seat is free, and it is yours"),
        (
            Sentence(
                say(
                    "You moved up from the waiting list: you have a seat in the class “%(title)s”, "
                    "which begins on %(begins)s. If you cannot come, please withdraw soon, so that "
                    "the next one gets it."
                )
            ),
            Sentence(say("You moved up from the waiting list and have a seat in the class.")),
        ),
        "/courses/runs/%(run_id)s",
    ),
    K.CERTIFICATE_ISSUED: Wording(
        say("Your certificate is issued"),
        (
            Sentence(
                say("Your certificate “%(title)s” is issued. Its number is %(number)s."),
            ),
            Sentence(say("A certificate is issued to you. You can look at it and download it.")),
        ),
        "/certs/certificates/%(certificate_id)s",
    ),
    K.ROLE_GRANTED: Wording(
        say("You have a new role"),
        (
            Sentence(
                say("You have the role “%(role)s” at %(unit)s from %(from_on)s until %(to_on)s.")
            ),
            Sentence(say("You have the role “%(role)s” at %(unit)s from %(from_on)s.")),
            Sentence(say("You have the role “%(role)s” from %(from_on)s until %(to_on)s.")),
            Sentence(say("You have the role “%(role)s” from %(from_on)s.")),
            Sentence(say("You have a new role. What it opens stands in the navigation.")),
        ),
        "/me",
    ),
    K.IMPORT_FINISHED: Wording(
        say("An import is finished"),
        (
            Sentence(
                say(
                    "The import of “%(file)s” is finished: %(new)s new, %(changed)s changed, "
                    "%(refused)s refused."
                )
            ),
            Sentence(say("An import that you ordered is finished.")),
        ),
        "%(page)s",
    ),
    K.SIGN_UP_DECIDED: Wording(
        say("Your registration is answered"),
        (
            when(
                say(
                    "Your registration is accepted. Sign in with the password that you chose; your "
                    "user name is %(login)s."
                ),
                is_accepted=True,
            ),
            when(say("Your registration is accepted. You can sign in."), is_accepted=True),
            Sentence(
                say("Your registration could not be accepted. The reason given: %(reason)s"),
            ),
            Sentence(say("Your registration is answered. Please ask the academic office.")),
        ),
        "/sign-in",
    ),
    K.INVITED: Wording(
        say("You are invited to the college"),
        (
            Sentence(
                say(
                    "The college has an account for you. Open this link by %(until)s and choose a "
                    "password; it opens once:\n\n%(secret)s"
                )
            ),
            Sentence(say("The college has an account for you. Please ask for a new invitation.")),
        ),
    ),
    K.PASSWORD_FORGOTTEN: Wording(
        say("A link for a new password"),
        (
            when(
                say(
                    "Your station or the academic office had this link made for you. Open it by "
                    "%(until)s and choose a new password; it opens once:\n\n%(secret)s"
                ),
                is_by_office=True,
            ),
            Sentence(
                say(
                    "Somebody, most likely you, asked the college for a new password. Open this "
                    "link by %(until)s and choose one; it opens once:\n\n%(secret)s\n\nIf it was "
                    "not you, do nothing: your password stays as it is."
                )
            ),
            Sentence(say("Somebody asked for a new password. The link was too old to be sent.")),
        ),
    ),
    K.PASSWORD_CHANGED: Wording(
        say("Your password was changed"),
        (
            Sentence(
                say(
                    "Your password was changed on %(at)s, and other devices were signed out. If it "
                    "was you, all is well. If not, have a link for a new one mailed to you at once "
                    "from the sign-in page, and tell the academic office."
                )
            ),
            Sentence(say("Your password was changed. If not by you, tell the academic office.")),
        ),
        "/me/devices",
    ),
    K.IDENTITY_CHANGED: Wording(
        say("Your ways to sign in were changed"),
        (
            when(
                say(
                    "On %(at)s an account of another service was linked with yours: from now on it "
                    "signs in as you. If it was not you, unlink it, change your password, and tell "
                    "the academic office."
                ),
                is_linked=True,
            ),
            when(
                say(
                    "On %(at)s the academic office unlinked an account of another service from "
                    "yours: it signs nobody in any more. The reason: %(reason)s Your password "
                    "goes on working."
                ),
                is_linked=False,
            ),
            when(
                say(
                    "On %(at)s an account of another service was unlinked from yours: it signs "
                    "nobody in any more. If it was not you, change your password and tell the "
                    "academic office."
                ),
                is_linked=False,
            ),
            Sentence(say("Your ways to sign in were changed. If not by you, tell the office.")),
        ),
        "/me/provider",
    ),
    K.PASSKEY_CHANGED: Wording(
        say("Your passkeys were changed"),
        (
            when(
                say(
                    "The passkey “%(name)s” was added to your account on %(at)s. It signs in "
                    "without your password. If it was not you, remove it at once, change your "
                    "password, and tell the academic office."
                ),
                is_added=True,
            ),
            Sentence(
                say(
                    "The passkey “%(name)s” was removed from your account on %(at)s. If it was "
                    "not you, change your password at once, and tell the academic office."
                )
            ),
            Sentence(say("Your passkeys were changed. If not by you, tell the academic office.")),
        ),
        "/me/passkeys",
    ),
    K.REQUEST_ANSWERED: Wording(
        say("Your request is answered"),
        (
            when(
                say("What you asked to have corrected is corrected. The answer: %(reason)s"),
                is_granted=True,
            ),
            Sentence(
                say("What you asked about your data could not be done. The reason: %(reason)s")
            ),
            Sentence(say("What you asked about your data is answered. The page says how.")),
        ),
        "/me/data",
    ),
    K.DATA_DELETED: Wording(
        say("Your data is deleted"),
        (
            when(
                say(
                    "The college has deleted the data that it kept on you. The answer: %(secret)s"
                    "\n\nCertificates that were issued to you stay valid and can still be "
                    "verified; what else the law asks for stays without your name. This address "
                    "was kept for this letter alone and is deleted with it."
                ),
                has_answer=True,
            ),
            Sentence(
                say(
                    "The college has deleted the data that it kept on you. Certificates that were "
                    "issued to you stay valid and can still be verified; what else the law asks "
                    "for stays without your name. This address was kept for this letter alone and "
                    "is deleted with it."
                )
            ),
        ),
    ),
    K.DATA_DUE: Wording(
        say("Something was kept long enough"),
        (
            when(
                say(
                    "One entry was kept as long as the settings say. Decide whether it is deleted "
                    "or kept on for a reason."
                ),
                count=1,
            ),
            Sentence(
                say(
                    "%(count)s entries were kept as long as the settings say. Decide whether they "
                    "are deleted or kept on for a reason."
                )
            ),
            Sentence(say("Some data was kept long enough. Decide what becomes of it.")),
        ),
        "/admin/retention",
    ),
    **EXAMS,
}


def told(kind: NoticeKind, values: Values) -> Remark:
    return tell(WORDINGS[kind].told, values)


def page(kind: NoticeKind, values: Values) -> str:
    """The path of the page that it leads to; "" for none."""
    wording = WORDINGS[kind]
    is_known = all(values.get(blank) for blank in BLANK.findall(wording.page))
    return wording.page % values if wording.page and is_known else wording.otherwise
