"""What the tests of batches have in common."""

import sqlalchemy as sa

from college.certs.batches.models import BatchEntry
from college.core.db import db

UNKNOWN = "赵\U00031350"  # a character that came to Unicode after our faces were drawn


def states(batch):
    chosen = sa.select(BatchEntry.state).where(BatchEntry.batch_id == batch.id)
    return db.session.scalars(chosen.order_by(BatchEntry.position)).all()
