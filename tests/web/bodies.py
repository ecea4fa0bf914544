"""What the form at each address sends, of the rows of tests/web/world.py."""

import io
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from college.core import clock
from college.core.db import db
from college.core.roles import Role
from college.exams.cycles.models import ExamCycle
from college.people.roles.models import RoleGrant
from tests.factories import make_id_number
from tests.factories.exams import row, xlsx
from tests.factories.lists import listed
from tests.factories.pdfs import certificate_pdf
from tests.factories.photos import photo
from tests.factories.registering import conversion
from tests.people.rosters import sheet
from tests.web.rule_bodies import RULES
from tests.web.world import Rows


def body(rule: str, rows: Rows) -> dict[str, Any]:
    """What a form at this address would send, of these rows. Fails for an address unknown here."""
    assert rule in BODIES, f"write in tests/web/bodies.py what a form sends to {rule}"
    return BODIES[rule](rows)


def _session(rows: Rows) -> dict[str, Any]:
    held_on = clock.today().replace(year=clock.today().year - 1, month=1, day=1)
    return {
        "held_on": held_on,
        "starts_at": "09:00",
        "ends_at": "10:00",
        "form": "individual",
        "type": "training",
        "functions": ["educational"],
        "topics": "个案-08",
        "attendances-0-person": rows["person_id"],
    }


def _cohort(rows: Rows) -> dict[str, Any]:
    tutors = sa.select(RoleGrant.person_id).where(RoleGrant.role == Role.INSTRUCTOR)
    tutor = db.session.scalars(tutors.order_by(RoleGrant.id)).first()
    named = {"code": "C-9", "name": "备考班", "level": "social_worker"}
    return {**named, "cycle_id": rows["cycle_id"], "tutor_id": tutor}


def _upload_roster(rows: Rows) -> dict[str, Any]:
    content = io.BytesIO(sheet(["李雷", make_id_number(77)]))
    return {"file": (content, "名册.csv"), "unit_id": rows["unit_id"], "capacity": "cadre"}


def _upload(rows: Rows) -> dict[str, Any]:
    cycle = db.session.get_one(ExamCycle, rows["cycle_id"])
    sheet = io.BytesIO(xlsx(row(考试年度=cycle.year)))
    named = {"cycle_id": rows["cycle_id"], "published_on": cycle.scores_on}
    return {**named, "file": (sheet, "成绩.xlsx")}


def _official_list(rows: Rows) -> dict[str, Any]:
    file = (io.BytesIO(listed()), "名单.csv")
    named = {"kind": "ticketed", "cycle_id": rows["cycle_id"], "on": date(2025, 5, 19)}
    return {**named, "level": "", "file": file}


def _post(rows: Rows) -> dict[str, Any]:
    first_day = {"from_on": date(2021, 1, 1)}
    return {"unit_id": rows["top_id"], "capacity": "volunteer", **first_day}


def _qualification(rows: Rows) -> dict[str, Any]:
    return {"level": "assistant", "approved_on": date(2023, 6, 12), "basis": "national"}


def _step(rows: Rows) -> dict[str, Any]:
    return {"level": "assistant", "on": clock.today(), "evidence": "受理单"}


def _diploma(rows: Rows) -> dict[str, Any]:
    return {"education": "bachelor", "graduated_on": date(2015, 7, 1), "is_social_work": "y"}


def _hours(rows: Rows) -> dict[str, Any]:
    return {
        "title": "家庭社会工作",
        "from_on": clock.today(),
        "done_on": clock.today(),
        "conversion_id": conversion().id,
        "quantity": "6",
        "filing_no": "备2026-7",
        "evidence": "结业证书",
    }


def nothing(rows: Rows) -> dict[str, Any]:
    return {}


RUN = "/courses/runs/<int:run_id>"
BATCH = "/certs/batches/<int:batch_id>"
PERSON = "/people/persons/<int:person_id>"
SESSION = "/supervision/sessions/<int:session_id>"
REGISTER, HOURS = "/register/registrations", "/register/continuing-education"
REVIEWS = "/register/reviews"
EVIDENCE = "/people/evidence/of/<int:qualification_id>"
UNIT = "/people/units/<int:unit_id>"
SIGN_UP = "/people/sign-ups/<int:sign_up_id>"
OLD = "sign_ups,rosters,results,lists,letters,invitations,looks"


BODIES: dict[str, Callable[[Rows], dict[str, Any]]] = {
    "/admin/jobs/<int:job_id>/again": nothing,
    "/admin/consents/new/<any(privacy,id_number,photo):kind>": lambda rows: {
        "title": "告知",
        "title_en": "Notice",
        "text": "一、新的",
        "text_en": "1. New",
        "renews": "no",
        "from_on": clock.today(),
        "follows": 1,
        "publish": "1",
    },
    f"/admin/retention/<any({OLD}):kind>": lambda rows: {"is_sure": "y"},
    "/admin/retention/<int:clearing_id>/again": nothing,
    "/admin/retention/people": lambda rows: {"rows": [rows["person_id"]], "is_sure": "y"},
    f"/admin/retention/<any({OLD},people):kind>/keep": lambda rows: {
        "rows": [rows["person_id"]],
        "until": clock.today() + timedelta(days=9),
        "reason": "审计",
    },
    "/admin/consents/paper/<int:person_id>": lambda rows: {
        "text_id": rows["text_id"],
        "signed_on": clock.today(),
        "taken_by": "王主任",
    },
    "/people/provider/<int:identity_id>": lambda rows: {"reason": "不是本人的账号"},
    "/me/consents": lambda rows: {"texts": [rows["text_id"]]},
    "/me/consents/later": nothing,
    "/me/data/consents/<int:consent_id>/withdraw": nothing,
    "/admin/personal-data/<int:request_id>/grant": lambda rows: {"reason": "好"},
    "/admin/personal-data/<int:request_id>/refuse": lambda rows: {"reason": "不行"},
    "/me/data/download": lambda rows: {"password": "falsch"},
    "/me/data/requests": lambda rows: {"kind": "deletion", "text": ""},
    "/me/data/requests/<int:request_id>/withdraw": nothing,
    f"{BATCH}/approve": nothing,
    f"{BATCH}/draw": nothing,
    f"{BATCH}/issue": nothing,
    f"{BATCH}/print": nothing,
    "/certs/batches/new": lambda rows: {"issue_on": clock.today()},
    "/certs/certificates/<int:certificate_id>/revoke": lambda rows: {"reason": "wrong_facts"},
    f"{RUN}/attendance/<int:lesson_id>": lambda rows: {
        f"e{rows['enrolment_id']}-status": "present",
        f"e{rows['enrolment_id']}-version": 0,
    },
    f"{RUN}/attendance/<int:lesson_id>/<int:enrolment_id>": lambda rows: {
        "status": "present",
        "version": 0,
    },
    f"{RUN}/attendance/<int:lesson_id>/all-present": nothing,
    f"{RUN}/completion": lambda rows: {"is_sure": "y", "accept_missing": "y"},
    f"{RUN}/enrolments/<int:enrolment_id>/withdraw": nothing,
    f"{RUN}/enrolments/new": nothing,
    f"{RUN}/enrolments/new/<int:person_id>": nothing,
    f"{RUN}/grades": lambda rows: {
        f"e{rows['enrolment_id']}a{rows['assessment_id']}-value": "80",
        f"e{rows['enrolment_id']}a{rows['assessment_id']}-was": "",
        f"e{rows['enrolment_id']}a{rows['assessment_id']}-version": 0,
    },
    f"{RUN}/grades/<int:assessment_id>/<int:enrolment_id>": lambda rows: {
        "value": "80",
        "version": 0,
    },
    f"{RUN}/open": nothing,
    "/exams/cohorts/<int:cohort_id>/members": nothing,
    "/exams/cohorts/new": _cohort,
    "/exams/cohorts/<int:cohort_id>/plan": lambda rows: {
        "what": "own",
        "title": "已与班主任谈话",
        "due_on": date(clock.today().year - 1, 1, 2),
    },
    "/exams/cohorts/<int:cohort_id>/plan/dates": nothing,
    "/exams/cohorts/milestones/<int:milestone_id>/change": lambda rows: {
        "title": "已与班主任谈话",
        "due_on": date(clock.today().year - 1, 1, 2),
    },
    "/exams/cohorts/milestones/<int:milestone_id>/remove": nothing,
    "/exams/cohorts/milestones/<int:milestone_id>/ticks": lambda rows: {
        "member_ids": [rows["member_id"]],
        "on": clock.today(),
    },
    "/exams/cohorts/ticks/<int:tick_id>/take-back": nothing,
    "/register/targets/new": lambda rows: {
        "unit_id": rows["unit_id"],
        "year": 2026,
        "level": "assistant",
        "persons": 20,
    },
    "/exams/cycles/adopt": nothing,
    "/exams/pass-rules/adopt": nothing,
    "/exams/pass-rules/extensions/<int:extension_id>/take-back": nothing,
    "/exams/pass-rules/extensions/new": lambda rows: {
        "level": "social_worker",
        "passed_year": "2021",
        "until_year": "2023",
        "citation": "通知",
    },
    "/exams/rejudgings/<int:rejudging_id>/go-on": nothing,
    "/exams/rejudgings/lines/<int:line_id>/take-back": nothing,
    "/exams/rejudgings/cycles/<int:cycle_id>": nothing,
    "/exams/results/<int:import_id>/check": nothing,
    "/exams/results/<int:import_id>/import": nothing,
    "/exams/results/<int:import_id>/refused.xlsx": nothing,
    "/exams/results/new": _upload,
    "/admin/people/import/<int:roster_id>/check": nothing,
    "/admin/people/import/<int:roster_id>/columns": lambda rows: {
        "name": "姓名",
        "id_number": "证件号码",
    },
    "/admin/people/import/<int:roster_id>/import": nothing,
    "/admin/people/import/<int:roster_id>/refused.xlsx": nothing,
    "/admin/people/import/new": _upload_roster,
    "/admin/people/twins/<int:person_id>/<int:other_id>": nothing,
    "/admin/people/twins/<int:person_id>/<int:other_id>/apart": nothing,
    "/admin/people/twins/merged/<int:merge_id>/undo": nothing,
    "/me/devices/<int:sign_in_id>/end": nothing,
    "/me/devices/end-others": nothing,
    "/admin/notices/<int:delivery_id>/again": nothing,
    "/me/notices/<int:notice_id>/read": nothing,
    "/me/notices/choices": lambda rows: {"wanted": ["enrolled:in_app"]},
    "/me/notices/read": nothing,
    "/me/passkeys": lambda rows: {"name": "手机", "password": ""},
    "/me/passkeys/<int:passkey_id>": lambda rows: {"name": "手机"},
    "/me/passkeys/<int:passkey_id>/remove": lambda rows: {"password": ""},
    "/me/passkeys/new": lambda rows: {"credential": "{}"},
    "/me/password": lambda rows: {"now": "x", "password": "x", "again": "x"},
    "/enter/<code>": nothing,
    "/people/invitations/<int:invitation_id>/withdraw": nothing,
    "/people/invitations/slip/<int:person_id>": nothing,
    "/people/invitations/mail/<int:person_id>": nothing,
    "/password/forgotten": lambda rows: {"login": "nobody"},
    "/people/invitations/slips": lambda rows: {"person_id": rows["person_id"]},
    "/me/provider/<int:identity_id>/unlink": nothing,
    "/me/provider/link": lambda rows: {"password": "wrong"},
    "/me/second-factor": lambda rows: {"password": "wrong"},
    "/me/second-factor/codes": lambda rows: {"code": "000000"},
    "/me/second-factor/end": lambda rows: {"code": "000000"},
    "/me/second-factor/set-up": lambda rows: {"code": "000000"},
    "/people/second-factors/<int:person_id>/lift": nothing,
    "/sign-in/code": lambda rows: {"code": "000000"},
    "/sign-in/provider/go-on": nothing,
    "/sign-in/passkey": lambda rows: {"credential": "{}"},
    "/sign-in/passkey/challenge": nothing,
    f"{SIGN_UP}/accept": nothing,
    f"{SIGN_UP}/decline": lambda rows: {"reason": "不在本站工作"},
    f"{SIGN_UP}/match": nothing,
    f"{SIGN_UP}/pass-on": nothing,
    "/register": lambda rows: {
        "full_name": "巴特尔",
        "id_type": "resident_id",
        "id_number": make_id_number(),
        "phone": "13800138000",
        "unit_id": rows["unit_id"],
        "password": "drei Pferde auf der Weide",
        "repeated": "drei Pferde auf der Weide",
        "agrees": "y",
        "agrees_id_number": "y",
        "texts": "privacy-1 id_number-1",
    },
    "/people/roles/<int:grant_id>/end": nothing,
    "/people/roles/new/<int:person_id>": lambda rows: {
        "role": "coordinator",
        "unit_id": rows["unit_id"],
        "from_on": clock.today(),
    },
    "/people/employment/<int:post_id>/correct": _post,
    "/people/employment/<int:post_id>/leave": lambda rows: {"to_on": clock.today()},
    "/people/employment/<int:post_id>/transfer": lambda rows: {
        "unit_id": rows["top_id"],
        "on": clock.today(),
    },
    "/people/employment/<int:post_id>/withdraw": nothing,
    "/people/employment/new/<int:person_id>": _post,
    "/exams/candidacies/<int:candidacy_id>/withdraw": nothing,
    "/exams/cycles/<int:cycle_id>": lambda rows: {"citation": "通知"},
    "/exams/cycles/new": lambda rows: {"year": 2030, "province": "山东省", "citation": "通知"},
    "/exams/candidacies/<int:candidacy_id>/ticket": lambda rows: {
        "number": "20250501",
        "paper": "",
    },
    "/exams/official-lists/<int:list_id>/check": nothing,
    "/exams/official-lists/<int:list_id>/columns": lambda rows: {
        "name": "姓名",
        "id_number": "证件号码",
        "ticket_no": "准考证号",
    },
    "/exams/official-lists/<int:list_id>/confirm": lambda rows: {"confirmed": "2-1"},
    "/exams/official-lists/<int:list_id>/import": nothing,
    "/exams/official-lists/<int:list_id>/refused.xlsx": nothing,
    "/exams/official-lists/new": _official_list,
    "/exams/candidacies/move": lambda rows: {
        "ids": rows["candidacy_id"],
        "step": "registered",
        "on": clock.today(),
    },
    "/exams/candidacies/new/<int:person_id>": lambda rows: {
        "cycle_id": rows["ahead_id"],
        "level": "social_worker",
        "papers": "practice",
    },
    "/exams/eligibility/rules/adopt": nothing,
    "/people/schooling/<int:schooling_id>/correct": _diploma,
    "/people/schooling/<int:schooling_id>/withdraw": nothing,
    "/people/schooling/new/<int:person_id>": lambda rows: _diploma(rows) | {"education": "master"},
    "/people/schooling/practice/<int:person_id>": lambda rows: {
        "employer": "社区服务中心",
        "from_on": date(2010, 1, 1),
        "to_on": date(2011, 1, 1),
    },
    "/people/schooling/practice/<int:practice_id>/withdraw": nothing,
    "/people/qualifications/<int:qualification_id>/correct": _qualification,
    "/people/qualifications/<int:qualification_id>/withdraw": nothing,
    "/people/qualifications/<int:qualification_id>/check": nothing,
    "/people/qualifications/new/<int:person_id>": lambda rows: (
        _qualification(rows) | {"level": "senior"}
    ),
    f"{UNIT}/amend": lambda rows: {"division_code": "150523", "credit_code": ""},
    f"{UNIT}/change": lambda rows: {"name": "新名", "kind": "room", "on": clock.today()},
    f"{UNIT}/close": lambda rows: {"on": clock.today()},
    f"{UNIT}/merge": lambda rows: {"into_id": rows["top_id"], "on": clock.today()},
    f"{UNIT}/move": lambda rows: {"parent_id": rows["top_id"], "on": clock.today()},
    f"{UNIT}/opening": lambda rows: {"opened_on": date(2001, 5, 1)},
    f"{UNIT}/reopen": nothing,
    "/people/units/new": lambda rows: {
        "name": "新站",
        "kind": "station",
        "parent_id": 0,
        "opened_on": date(2021, 5, 1),
        "division_code": "150523",
        "credit_code": "",
    },
    "/stations/indicators/<int:value_id>/correct": lambda rows: {
        "label": f"服务{rows['value_id']}",
        "value": "78",
        "count_unit": "persons",
        "precision": "exact",
        "as_of": clock.today(),
        "counted": "",
        "reason": "抄错了",
    },
    "/stations/indicators/new/<int:unit_id>": lambda rows: {
        "label": "开展活动",
        "value": "1,300",
        "count_unit": "events",
        "precision": "more_than",
        "as_of": date(2024, 8, 31),
        "counted": "",
    },
    f"{PERSON}/edit": lambda rows: {"full_name": "韩梅梅", "id_type": "resident_id"},
    EVIDENCE: lambda rows: {"pdf": (io.BytesIO(certificate_pdf(2)), "证书.pdf")},
    f"{EVIDENCE}/<int:evidence_id>/open": nothing,
    f"{EVIDENCE}/<int:evidence_id>/again": nothing,
    f"{EVIDENCE}/<int:evidence_id>/withdraw": nothing,
    f"{PERSON}/photo": lambda rows: {"photo": (io.BytesIO(photo()), "photo.png")},
    f"{PERSON}/photo/remove": nothing,
    f"{PERSON}/reveal": lambda rows: {"secret": "phone", "reason": "报名"},
    "/people/persons/new": lambda rows: {"full_name": "韩梅梅", "id_type": "resident_id"},
    "/sign-in": lambda rows: {"login": "nobody", "password": "wrong"},
    "/sign-out": nothing,
    f"{SESSION}/confirm": lambda rows: {"version": 1},
    f"{SESSION}/decline": lambda rows: {"note": "时间不对", "version": 1},
    f"{SESSION}/edit": _session,
    "/supervision/sessions/new": _session,
    f"{REGISTER}/of/<int:person_id>/apply": _step,
    f"{REGISTER}/of/<int:person_id>/record": _step,
    f"{REGISTER}/<int:registration_id>/step": lambda rows: _step(rows) | {"state": "first_passed"},
    f"{REGISTER}/steps/<int:step_id>/correct": _step,
    f"{REGISTER}/rules/adopt": nothing,
    f"{REVIEWS}/of/<int:person_id>/apply": _step,
    f"{REVIEWS}/<int:review_id>/step": lambda rows: _step(rows) | {"state": "passed"},
    f"{REVIEWS}/steps/<int:review_step_id>/correct": _step,
    f"{HOURS}/of/<int:person_id>/enter": _hours,
    f"{HOURS}/<int:entry_id>/correct": _hours,
    f"{HOURS}/<int:entry_id>/withdraw": nothing,
    f"{HOURS}/<int:entry_id>/confirm": nothing,
    f"{HOURS}/<int:entry_id>/refuse": lambda rows: {"reason": "备案号查不到"},
    f"{HOURS}/rules/adopt": nothing,
    **RULES,
}
