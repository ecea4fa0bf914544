"""Kinds of certificates, and the versioned designs they are printed with."""

from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from college.core import clock
from college.core.db import Base, stored_as_text
from college.core.text import say


class CertificateKind(StrEnum):
    COMPLETION = "completion"
    ATTENDANCE = "attendance"
    CE_HOURS = "ce_hours"
    SUPERVISION_HOURS = "supervision_hours"
    APPOINTMENT = "appointment"
    HONOUR = "honour"
    THANKS = "thanks"
    VOLUNTEER_RECORD = "volunteer_record"

    @property
    def label(self) -> str:
        return {
            "completion": say("Training completion certificate"),
            "attendance": say("Attendance statement"),
            "ce_hours": say("Continuing-education hours statement"),
            "supervision_hours": say("Supervision hours statement"),
            "appointment": say("Appointment letter"),
            "honour": say("Certificate of honour"),
            "thanks": say("Letter of thanks"),
            "volunteer_record": say("Volunteer record statement"),
        }[self]

    @property
    def printed(self) -> str:
        """The title as it stands on the paper, in whatever language the reader reads."""
        return {
            "completion": "培训结业证书",
            "attendance": "培训证明",
            "ce_hours": "继续教育学时证明",
            "supervision_hours": "督导时数证明",
            "appointment": "聘书",
            "honour": "荣誉证书",
            "thanks": "感谢状",
            "volunteer_record": "志愿服务记录证明",
        }[self]

    @property
    def series(self) -> str:
        """The letters of the kind inside a number: TLSW-JY-2026-000187-4."""
        return {
            "completion": "JY",
            "attendance": "PX",
            "ce_hours": "JX",
            "supervision_hours": "DD",
            "appointment": "PS",
            "honour": "RY",
            "thanks": "GX",
            "volunteer_record": "ZY",
        }[self]


class Design(Base):
    """HTML with named placeholders and its CSS; never edited, only followed by a next version.

    A kind may have several designs; each is a line of versions under its own `name`.
    """

    __tablename__ = "design"
    __table_args__ = (sa.UniqueConstraint("name", "version"),)

    name: Mapped[str] = mapped_column(sa.String(32))
    kind: Mapped[CertificateKind] = mapped_column(stored_as_text(CertificateKind))
    version: Mapped[int]
    html: Mapped[str] = mapped_column(sa.Text)
    css: Mapped[str] = mapped_column(sa.Text)
    sha256: Mapped[str] = mapped_column(sa.String(64))
    adopted_at: Mapped[datetime] = mapped_column(default=clock.now)
