import sqlalchemy as sa

from college.certs.designs.models import Design
from college.core.deeds import Noun, deed
from college.core.roles import Can
from college.core.text import say

NOUN = Noun(
    model=Design,
    see=Can.DESIGNS_ADOPT,
    named=sa.select(Design.id, Design.kind.label("kind"), Design.version.label("version")),
    deeds={
        "adopt_designs": deed(
            say("%(who)s adopted version %(version)s of a design: %(kind)s"),
            say("%(who)s adopted a design"),
            many=say("%(who)s adopted %(n)s designs"),
        ),
    },
)
