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
    """HTML with named placeholders and its CSS; never edited, only followed by a next version."""

    __tablename__ = "design"
    __table_args__ = (sa.UniqueConstraint("kind", "version"),)

    kind: Mapped[CertificateKind] = mapped_column(stored_as_text(CertificateKind))
    version: Mapped[int]
    html: Mapped[str] = mapped_column(sa.Text)
    css: Mapped[str] = mapped_column(sa.Text)
    sha256: Mapped[str] = mapped_column(sa.String(64))
    adopted_at: Mapped[datetime] = mapped_column(default=clock.now)
