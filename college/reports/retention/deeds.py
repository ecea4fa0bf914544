import sqlalchemy as sa

from college.core.deeds import Noun, deed
from college.core.roles import Can
from college.core.text import say
from college.reports.retention.models import Clearing, DueKind

NOUN = Noun(
    model=Clearing,
    see=Can.DATA_DECIDE,
    named=sa.select(Clearing.id),
    reads={"kind": DueKind},
    deeds={
        "order_clearing": deed(
            say("%(who)s ordered the deletion of %(total)s entries kept long enough: %(kind)s"),
            say("%(who)s ordered the deletion of what was kept long enough"),
            many=say("%(who)s ordered %(n)s deletions of what was kept long enough"),
        ),
        "go_on_clearing": deed(
            say("%(who)s had a deletion carried on"),
            many=say("%(who)s had %(n)s deletions carried on"),
        ),
        "clear_some": deed(
            say("%(who)s had %(count)s entries deleted that were kept long enough: %(kind)s"),
            say("%(who)s had entries deleted that were kept long enough"),
            many=say("%(who)s had entries deleted that were kept long enough, in %(n)s steps"),
        ),
    },
)
