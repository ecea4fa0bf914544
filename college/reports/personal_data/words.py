"""What a column is called to the person whom it is about."""

from collections.abc import Mapping

from college.core.text import say


def names(text: str) -> frozenset[str]:
    return frozenset(text.split())


# by column, or by table and column where one word means two things
WORDS: Mapping[str, str] = {
    "full_name": say("Name"),
    "sort_key": say("Pinyin"),
    "id_type": say("Kind of document"),
    "id_number_masked": say("ID number"),
    "phone_masked": say("Phone"),
    "email": say("Mail address"),
    "born_on": say("Date of birth"),
    "photo_sha256": say("Photo"),
    "unit_id": say("Unit"),
    "text_id": say("Text"),
    "given_at": say("Agreed"),
    "withdrawn_at": say("Took it back"),
    "consent": say("Privacy text agreed to"),
    "asked_at": say("Asked"),
    "decided_at": say("Decided"),
    "reason": say("Reason"),
    "login": say("User name"),
    "locale": say("Language"),
    "last_signed_in_at": say("Signed in last"),
    "totp_since": say("Second factor since"),
    "used_at": say("Used"),
    "issuer": say("Sign-in provider"),
    "sub": say("Known there for good as"),
    "shown_as": say("Name there"),
    "linked_at": say("Linked"),
    "name": say("Called"),
    "added_at": say("Added"),
    "last_used_at": say("Last used"),
    "browser": say("Browser"),
    "system": say("System"),
    "address": say("Network"),
    "began_at": say("Began"),
    "last_seen_at": say("Last used"),
    "ended_at": say("Ended"),
    "made_at": say("Made"),
    "expires_at": say("Expires"),
    "way": say("Way"),
    "kind": say("Kind"),
    "capacity": say("Capacity"),
    "from_on": say("From"),
    "to_on": say("To"),
    "recorded_at": say("Recorded"),
    "superseded_at": say("Replaced"),
    "is_withdrawn": say("Withdrawn by hand"),
    "role": say("Role"),
    "run_id": say("Class"),
    "lesson_id": say("Lesson"),
    "assessment_id": say("Assessment"),
    "state": say("State"),
    "status": say("State"),
    "note": say("Note"),
    "enrolled_at": say("Enrolled"),
    "gave_up_at": say("Gave up the seat"),
    "minutes_attended": say("Minutes attended"),
    "total_mark": say("Total mark"),
    "minutes": say("Minutes"),
    "minutes_late": say("Minutes late"),
    "value": say("Mark"),
    "marked_at": say("Marked"),
    "cycle_id": say("Exam year"),
    "level": say("Level"),
    "subject": say("Subject"),
    "score": say("Score"),
    "region": say("Region"),
    "published_verdict": say("Verdict as published"),
    "verdict": say("Verdict"),
    "approved_on": say("Approved"),
    "checked_at": say("Checked"),
    "exam_year": say("Exam year"),
    "management_no_sealed": say("Management number"),
    "basis": say("Basis"),
    "evidence": say("Evidence"),
    "education": say("Education"),
    "is_social_work": say("The major is social work"),
    "graduated_on": say("Day of the diploma"),
    "studied_from_on": say("First day of full-time study"),
    "employer": say("Where"),
    "step": say("Step"),
    "cohort_id": say("Cohort"),
    "registrar": say("Registrar"),
    "ground": say("Ground"),
    "until_on": say("Statement valid until"),
    "committee": say("Review committee"),
    "size": say("Size"),
    "filename": say("File"),
    "seal": say("Signature"),
    "category": say("Category"),
    "title": say("What it was"),
    "provider": say("Who held it"),
    "done_on": say("Last day"),
    "quantity": say("Quantity"),
    "filing_no": say("Filing number"),
    "authority": say("Filed with"),
    "days": say("Days before"),
    "stage": say("Stage"),
    "year": say("Exam year"),
    "certificate_no": say("Number of the registration certificate"),
    "joined_on": say("Joined"),
    "left_on": say("Left"),
    "confirmed_at": say("Confirmed"),
    "objected_at": say("Objected"),
    "objection": say("Objection"),
    "supervisor_id": say("Supervisor"),
    "form": say("Form"),
    "type": say("Kind"),
    "starts_at": say("From"),
    "ends_at": say("To"),
    "place": say("Place"),
    "is_remote": say("Remote"),
    "topics": say("Topics"),
    "agreed_actions": say("Agreed actions"),
    "logged_at": say("Recorded"),
    "locked_at": say("Locked"),
    "number": say("Number"),
    "registration_no": say("Registration number"),
    "milestone": say("Date of the exam"),
    "paper": say("Exam paper"),
    "room": say("Exam room"),
    "seat": say("Seat"),
    "issued_on": say("Issued"),
    "issued_at": say("Issued"),
    "revoked_at": say("Revoked"),
    "revocation_reason": say("Reason"),
    "told_at": say("Told"),
    "read_at": say("Read"),
    "channel": say("Channel"),
    "sent_at": say("Sent"),
    "is_wanted": say("Wanted"),
    "at": say("When"),
    "reader_id": say("Who"),
    "text": say("What was written"),
    "on": say("Day"),
    "code": say("Verification code"),
    "signed_on": say("Signed on"),
    "taken_by": say("Who took the paper"),
    "scan_sha256": say("Scan"),
    "due_at": say("Due since"),
    "kept_until": say("Kept until"),
    "taken_back_at": say("Taken back"),
    "file_sha256": say("File"),
}
# what a page does not tell one by one, and the download has as it is
DOWNLOADED = names(
    "findings content_sha256 papers facts outcome functions position problem location was_used"
)
# numbers of rows and what the machinery needs; marks that cannot be read back, and secrets
MACHINERY = names(
    "id person_id merged_into_id version is_demo "
    "initials search_text has_own_pinyin decider_id epoch first_id "
    "queue_no enrolment_id recorded_by_id marked_by_id pass_line_id import_id superseded_by_id "
    "uploaded_by_id decided_by_id supervision_session_id supervisee_id entry_id design_id "
    "replaces_id batch_id "
    "notice_id entered_by_id conversion_id rule_id registration_id review_id candidacy_id by_id "
    "checked_by_id evidence_sha256 "
    "is_shown tries edition next_try_at claim claimed_until obstacle detail sign_in_id reference "
    "actor_id deed noun row_id about_id totp_counter body "
    "passkey_id credential_id public_key sign_count round_id milestone_id member_id"
)
SECRET = names(
    "id_number_sealed id_number_key phone_sealed phone_key password_hash totp_sealed code_hash "
    "number_sealed key_hash values_sealed address_sealed secret_sealed key login_hash digest sealed"
)
# tables whose rows are told of by their number alone: read elsewhere, or of no use to anybody
COUNTED = names(
    "batch_entry given_answer journal_detail journal_entry notice_delivery person_merge subject_key"
    " rejudging_change told_apart"
)
