"""Every column that names a person, and what becomes of it when two records are made one.

The test of this noun holds the list against the tables: a new column fails until it has a rule.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa

from college.core.db import Base
from college.core.text import say


class Rule(StrEnum):
    """MOVE: goes to the person kept. WITH_ACCOUNT: goes along where that person has no account.

    STAY: says who did something then, or is a choice of which the kept person has their own.
    """

    MOVE = "move"
    WITH_ACCOUNT = "with_account"
    STAY = "stay"

    @property
    def label(self) -> str:
        return {
            "move": say("Goes to the person kept"),
            "with_account": say("Goes along, if the person kept has no account"),
            "stay": say("Stays as it was written"),
        }[self]


@dataclass(frozen=True, slots=True)
class Reference:
    """A person can have no two rows alike in `alike`, among those that are believed: `while_none`.

    When a merge is undone, no correction may have come to them since.
    """

    table: str
    column: str
    rule: Rule
    label: str = ""
    alike: Sequence[str] = ()
    while_none: str = ""

    @property
    def rows(self) -> sa.Table:
        return Base.metadata.tables[self.table]

    @property
    def person(self) -> sa.Column[int]:
        return self.rows.c[self.column]

    @property
    def key(self) -> sa.Column[int]:
        """What names a row: its id, or the other half where two ids are the whole row."""
        return self.rows.c.id if "id" in self.rows.c else self.rows.c.run_id


M, A, S = Rule.MOVE, Rule.WITH_ACCOUNT, Rule.STAY
REFERENCES: Sequence[Reference] = (
    Reference("account", "person_id", A, say("accounts")),
    Reference("sign_in", "person_id", A, say("sign-ins")),
    Reference("recovery_code", "person_id", A),
    Reference("external_identity", "person_id", A, say("Linked accounts")),
    Reference("passkey", "person_id", A, say("passkeys")),
    Reference("role_grant", "person_id", M, say("roles")),
    Reference("invitation", "person_id", M, say("invitations")),
    Reference("sign_up", "person_id", M, say("registrations")),
    Reference(
        "consent",
        "person_id",
        M,
        say("agreements about their data"),
        alike=("text_id",),
        while_none="withdrawn_at",
    ),
    Reference("consent_text", "published_by_id", S),
    Reference("clearing", "ordered_by_id", S),
    Reference("proposal", "person_id", S),
    Reference("proposal", "decided_by_id", S),
    Reference("notice", "person_id", M, say("Notices")),
    Reference("notice_choice", "person_id", S),
    Reference(
        "employment",
        "person_id",
        M,
        say("posts"),
        alike=("unit_id", "capacity"),
        while_none="superseded_at",
    ),
    Reference(
        "qualification",
        "person_id",
        M,
        say("qualifications"),
        alike=("level", "basis", "region"),
        while_none="superseded_at",
    ),
    Reference("schooling", "person_id", M, say("diplomas")),
    Reference("earlier_practice", "person_id", M, say("earlier practice")),
    Reference(
        "evidence_file",
        "person_id",
        M,
        say("e-certificates"),
        alike=("level", "content_sha256"),
        while_none="superseded_at",
    ),
    Reference("evidence_file", "uploaded_by_id", S),
    Reference("qualification", "recorded_by_id", S),
    Reference("qualification", "checked_by_id", S),
    Reference("candidacy", "person_id", M, say("candidacies"), alike=("cycle_id", "level")),
    Reference("candidacy_step", "by_id", S),
    Reference("admission_ticket", "by_id", S),
    Reference("enrolment", "person_id", M, say("Enrolments"), alike=("run_id",)),
    Reference("run_instructor", "person_id", M, say("classes taught"), alike=("run_id",)),
    Reference("lesson", "instructor_id", M, say("lessons taught")),
    Reference("supervision_session", "supervisor_id", M, say("supervision given")),
    Reference(
        "supervision_attendance",
        "supervisee_id",
        M,
        say("supervision received"),
        alike=("supervision_session_id",),
    ),
    Reference("exam_cohort", "tutor_id", M, say("cohorts tutored")),
    Reference("cohort_member", "person_id", M, say("exam cohorts"), alike=("cohort_id",)),
    Reference("milestone_tick", "by_id", S),
    Reference(
        "registration", "person_id", M, say("registrations of titles"), alike=("level", "kind")
    ),
    Reference("registration_step", "by_id", S),
    Reference("review", "person_id", M, say("reviews for the senior level"), alike=("exam_year",)),
    Reference("review_step", "by_id", S),
    Reference("hour_entry", "person_id", M, say("hours of continuing education")),
    Reference("hour_entry", "entered_by_id", S),
    Reference("hour_entry", "decided_by_id", S),
    Reference(
        "result",
        "person_id",
        M,
        say("exam results"),
        alike=("cycle_id", "level", "subject"),
        while_none="superseded_by_id",
    ),
    Reference(
        "lapse_warning",
        "person_id",
        M,
        say("warnings that a pass lapses"),
        alike=("level", "year", "stage", "on"),
    ),
    Reference(
        "data_request",
        "person_id",
        M,
        say("requests about their data"),
        alike=("kind",),
        while_none="decided_at",
    ),
    Reference("data_request", "decided_by_id", S),
    Reference("certificate", "person_id", M, say("certificates")),
    Reference("person", "merged_into_id", M, say("earlier merges")),
    Reference("person_merge", "kept_id", S),
    Reference("person_merge", "gone_id", S),
    Reference("told_apart", "first_id", S),
    Reference("told_apart", "second_id", S),
    Reference("attendance_record", "recorded_by_id", S),
    Reference("mark", "marked_by_id", S),
    Reference("issue_batch", "opened_by_id", S),
    Reference("issue_batch", "approved_by_id", S),
    Reference("issue_batch", "issued_by_id", S),
    Reference("rejudging", "ordered_by_id", S),
    Reference("result_import", "uploaded_by_id", S),
    Reference("result_import", "ordered_by_id", S),
    Reference("official_list", "uploaded_by_id", S),
    Reference("official_list", "ordered_by_id", S),
    Reference("roster_import", "uploaded_by_id", S),
    Reference("roster_import", "ordered_by_id", S),
    Reference("look", "person_id", S),
    Reference("look", "reader_id", S),
    Reference("given_answer", "person_id", S),
    Reference("security_event", "person_id", S),
    Reference("subject_key", "person_id", S),
    Reference("journal_entry", "actor_id", S),
    Reference("journal_entry", "about_id", S),
)
MOVING: Sequence[Reference] = tuple(each for each in REFERENCES if each.rule is not S)
BY_TABLE: Mapping[str, Reference] = {each.table: each for each in MOVING}
