import sqlalchemy as sa

from college.core.deeds import NUMBER, Noun, deed
from college.core.roles import Can
from college.core.text import say
from college.exams.pass_rules.models import Extension, PassLine, PassRule

NOUN = Noun(
    model=PassRule,
    see=Can.CYCLES_PLAN,
    named=sa.select(PassRule.id, PassRule.level.label("level")),
    deeds={
        "adopt_rule": deed(
            say("%(who)s adopted the rule of passing for %(level)s: %(cited)s"),
            say("%(who)s adopted a rule of passing"),
            many=say("%(who)s adopted %(n)s rules of passing"),
        ),
    },
)
LINES = Noun(
    model=PassLine,
    see=Can.CYCLES_PLAN,
    named=sa.select(
        PassLine.id,
        PassLine.year.label("year"),
        PassLine.level.label("level"),
        PassLine.region.label("region"),
    ),
    reads={"line": NUMBER},
    deeds={
        "draw_line": deed(
            say("%(who)s entered the pass line of %(region)s for %(level)s, %(year)s: %(line)s"),
            say("%(who)s entered the national pass line for %(level)s, %(year)s: %(line)s"),
            say("%(who)s entered a pass line"),
            many=say("%(who)s entered %(n)s pass lines"),
        ),
        "withdraw_line": deed(
            say("%(who)s took back the pass line of %(region)s for %(level)s, %(year)s: %(line)s"),
            say("%(who)s took back a pass line"),
            many=say("%(who)s took back %(n)s pass lines"),
        ),
    },
)
EXTENSIONS = Noun(
    model=Extension,
    see=Can.CYCLES_PLAN,
    named=sa.select(
        Extension.id,
        Extension.passed_year.label("year"),
        Extension.until_year.label("until"),
        Extension.level.label("level"),
    ),
    deeds={
        "extend_window": deed(
            say(
                "%(who)s entered a notice: passes of %(year)s for %(level)s count through %(until)s"
            ),
            say("%(who)s entered a notice that lets passes count longer"),
            many=say("%(who)s entered %(n)s notices that let passes count longer"),
        ),
        "take_back_extension": deed(
            say(
                "%(who)s took back the notice by which passes of %(year)s for %(level)s counted "
                "through %(until)s"
            ),
            say("%(who)s took back a notice that let passes count longer"),
            many=say("%(who)s took back %(n)s notices that let passes count longer"),
        ),
    },
)
