"""What the worker can do: the one list of tasks and of kinds of jobs."""

from college.certs.batches import jobs as batch_jobs
from college.certs.batches import queries as batch_kinds
from college.core import jobs, queue
from college.core.text import say
from college.exams.official_lists import jobs as list_jobs
from college.exams.official_lists import queries as list_kinds
from college.exams.rejudgings import jobs as rejudging_jobs
from college.exams.rejudgings import queries as rejudging_kinds
from college.exams.results import jobs as result_jobs
from college.exams.results import queries as result_kinds
from college.people.roster import jobs as roster_jobs
from college.people.roster import queries as roster_kinds
from college.reports.charts import drawings
from college.reports.retention import jobs as retention_jobs
from college.reports.retention import queries as retention_kinds
from college.reports.year_reports import printing

TASKS: dict[str, queue.Task] = {
    "job": queue.work_off_job,
    drawings.TASK: drawings.draw,
    printing.TASK: printing.draw,
}
BATCH_PAGE, IMPORT_PAGE = ("batches.show", "batch_id"), ("results.show", "import_id")
ROSTER_PAGE = ("roster.show", "roster_id")
LIST_PAGE = ("official_lists.show", "list_id")
JOB_KINDS: dict[str, jobs.Kind] = {
    batch_kinds.PREVIEW: jobs.Kind(
        batch_jobs.draw_sample,
        say("Draw the sample of a certificate and check every name"),
        BATCH_PAGE,
        batch_kinds.subjects,
    ),
    batch_kinds.ISSUE: jobs.Kind(
        batch_jobs.issue_next,
        say("Issue the certificates of a class"),
        BATCH_PAGE,
        batch_kinds.subjects,
    ),
    batch_kinds.PRINT: jobs.Kind(
        batch_jobs.print_anew,
        say("Put the papers of a class into one file for the printer"),
        BATCH_PAGE,
        batch_kinds.subjects,
    ),
    roster_kinds.CHECK: jobs.Kind(
        roster_jobs.check_sheet,
        say("Check a roster of staff"),
        ROSTER_PAGE,
        roster_kinds.subjects,
    ),
    roster_kinds.RECORD: jobs.Kind(
        roster_jobs.record_next,
        say("Import a roster of staff"),
        ROSTER_PAGE,
        roster_kinds.subjects,
    ),
    retention_kinds.CLEAR: jobs.Kind(
        retention_jobs.clear_next,
        say("Delete what was kept long enough"),
        ("retention.order", "clearing_id"),
        retention_kinds.subjects,
    ),
    rejudging_kinds.REJUDGE: jobs.Kind(
        rejudging_jobs.judge_next,
        say("Judge the results of an exam year anew"),
        ("rejudgings.show", "rejudging_id"),
        rejudging_kinds.subjects,
    ),
    list_kinds.CHECK: jobs.Kind(
        list_jobs.check_sheet,
        say("Check an official list of candidates"),
        LIST_PAGE,
        list_kinds.subjects,
    ),
    list_kinds.RECORD: jobs.Kind(
        list_jobs.record_next,
        say("Note the steps that an official list shows"),
        LIST_PAGE,
        list_kinds.subjects,
    ),
    result_kinds.CHECK: jobs.Kind(
        result_jobs.check_sheet,
        say("Check a sheet of official results"),
        IMPORT_PAGE,
        result_kinds.subjects,
    ),
    result_kinds.RECORD: jobs.Kind(
        result_jobs.record_next,
        say("Record the official results of a sheet"),
        IMPORT_PAGE,
        result_kinds.subjects,
    ),
}
