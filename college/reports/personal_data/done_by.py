"""Columns that name somebody for their work, which the inventory does not count as theirs."""

# columns that name who did something in the course of work: they stay and lead to the tombstone
DONE_BY = frozenset(
    {
        ("attendance_record", "recorded_by_id"),
        ("admission_ticket", "by_id"),
        ("clearing", "ordered_by_id"),
        ("proposal", "decided_by_id"),
        ("consent_text", "published_by_id"),
        ("candidacy_step", "by_id"),
        ("data_request", "decided_by_id"),
        ("evidence_file", "uploaded_by_id"),
        ("exam_cohort", "tutor_id"),
        ("hour_entry", "decided_by_id"),
        ("hour_entry", "entered_by_id"),
        ("issue_batch", "approved_by_id"),
        ("issue_batch", "issued_by_id"),
        ("issue_batch", "opened_by_id"),
        ("journal_entry", "actor_id"),
        ("lesson", "instructor_id"),
        ("look", "reader_id"),
        ("mark", "marked_by_id"),
        ("milestone_tick", "by_id"),
        ("official_list", "ordered_by_id"),
        ("official_list", "uploaded_by_id"),
        ("registration_step", "by_id"),
        ("rejudging", "ordered_by_id"),
        ("review_step", "by_id"),
        ("result_import", "ordered_by_id"),
        ("result_import", "uploaded_by_id"),
        ("roster_import", "ordered_by_id"),
        ("roster_import", "uploaded_by_id"),
        ("run_instructor", "person_id"),
        ("supervision_session", "supervisor_id"),
    }
)
# what hangs on a row of the list and says nothing of anybody
IMPERSONAL = frozenset({"journal_leaf", "merged_row", "rejudging_change"})
