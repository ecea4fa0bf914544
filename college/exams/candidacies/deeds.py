import sqlalchemy as sa

from college.core.deeds import DAY, Noun, deed
from college.core.roles import Can
from college.core.text import say
from college.exams.candidacies.models import Candidacy, CandidacyStep, Milestone, Reminder

NOUN = Noun(
    model=Candidacy,
    see=Can.CANDIDACIES_SEE,
    named=sa.select(Candidacy.id, Candidacy.level.label("level")),
    reads={"step": CandidacyStep},
    deeds={
        "enter": deed(
            say("%(who)s noted that %(whom)s intends to sit %(level)s in %(cycle)s"),
            say("%(who)s noted that %(whom)s intends to sit the exam"),
            say("%(who)s noted that somebody intends to sit the exam"),
            many=say("%(who)s noted that %(n)s people intend to sit the exam"),
        ),
        "withdraw_candidacy": deed(
            say("%(who)s noted that %(whom)s does not sit %(level)s after all"),
            say("%(who)s noted that somebody does not sit the exam after all"),
            many=say("%(who)s noted that %(n)s people do not sit the exam after all"),
        ),
        "note_listed": deed(
            say("%(who)s noted of %(whom)s and %(level)s by an official list: %(step)s"),
            say("%(who)s noted a step of %(whom)s towards the exam by an official list"),
            say("%(who)s noted a step towards the exam by an official list"),
            many=say("%(who)s noted %(n)s steps towards the exam by an official list"),
        ),
        "note_ticket": deed(
            say("%(who)s noted what the admission ticket of %(whom)s for %(level)s says"),
            say("%(who)s noted what an admission ticket says"),
            many=say("%(who)s noted what %(n)s admission tickets say"),
        ),
        "move_on": deed(
            say("%(who)s noted of %(whom)s and %(level)s: %(step)s"),
            say("%(who)s noted a step of %(whom)s towards the exam"),
            say("%(who)s noted a step towards the exam"),
            many=say("%(who)s noted %(n)s steps towards the exam"),
        ),
    },
)
REMINDERS = Noun(
    model=Reminder,
    see=Can.CANDIDACIES_SEE,
    named=sa.select(Reminder.id),
    reads={"milestone": Milestone, "on": DAY},
    deeds={
        "remind": deed(
            say("%(who)s told %(whom)s of a date of the exam year: %(milestone)s, %(on)s"),
            say("%(who)s told somebody of a date of the exam year"),
            many=say("%(who)s told %(n)s people of a date of the exam year"),
        ),
    },
)
