"""Every setting of the college: one typed field each, with its unit and default.

Read from the environment as COLLEGE_<NAME>, and from `instance/college.env`, which `run.sh` writes.
"""

import os
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).parent
DEV_SECRET = "dev-secret-that-production-refuses"  # noqa: S105 - refused below
SHORTEST_SECRET = 32  # characters
OFF = {"", "0", "false", "no"}  # of FLASK_DEBUG
HERE = {"127.0.0.1", "::1", "localhost"}  # hosts that nobody else reaches
HANDED_ON = {"email", "preferred_username", "nickname", "name", "phone_number", "upn"}  # claims
MAIL_SCHEMES = {"smtp", "smtp+starttls", "smtps"}
DEV_DATA_KEY = "ZGV2LWRhdGEta2V5LXRoYXQtcHJvZC1yZWZ1c2VzISE="


class Settings(BaseSettings):
    model_config = SettingsConfigDict(
        env_prefix="COLLEGE_", extra="ignore", frozen=True, hide_input_in_errors=True
    )

    environment: Literal["development", "production", "test"] = "development"
    instance: Path = ROOT / "instance"  # folder of database, queue, files and keys
    secret_key: str = DEV_SECRET  # signs cookies and form tokens
    data_key: str = (
        DEV_DATA_KEY  # 32 bytes, urlsafe base64: encrypts ID numbers and journal details
    )
    database_url: str = ""  # default: SQLite in the instance folder
    seal_key: str = ""  # file of the key that seals the journal; default: in the instance folder
    seal_copies: str = ""  # a second folder for copies of the seals, best on another machine
    queue_url: str = ""  # redis://…; default: an SQLite file in the instance folder
    files_url: str = ""  # s3://bucket/prefix; default: a folder in the instance folder
    files_endpoint: str = ""  # http(s)://host of an S3 that is not Amazon's
    files_region: str = ""
    files_key_id: str = ""
    files_secret: SecretStr = SecretStr("")  # shown nowhere, logs and errors included
    files_grace_hours: Annotated[int, Field(ge=1)] = 24  # a file that no row names is kept so long
    backup_key: SecretStr = SecretStr("")  # 32 bytes, urlsafe base64; default: instance/backup.key
    postgres_tools: str = ""  # folder of pg_dump and pg_restore; default: where Debian puts them
    trust_anchors: str = ""  # a folder of CA certificates that signatures of e-certificates end at
    limits_url: str = "memory://"  # where sign-in tries are counted; redis://… for many processes
    public_url: str = "http://127.0.0.1:8000"  # what a printed QR code points to, without a final /
    proxies: Annotated[int, Field(ge=0, le=5)] = 0  # trusted ones in front; 0: none
    processes: Annotated[int, Field(ge=1, le=64)] = 1  # of gunicorn
    threads: Annotated[int, Field(ge=1, le=64)] = 6  # of each web process
    worker_inside: bool = False  # gunicorn has one process more, which does the jobs
    metrics_token: SecretStr = SecretStr("")  # whoever brings it reads /metrics; default: nobody
    max_upload_bytes: Annotated[int, Field(ge=1024)] = 12 * 1024 * 1024
    session_hours: Annotated[int, Field(ge=1, le=720)] = 12  # a sign-in lasts so long unused
    session_days: Annotated[int, Field(ge=1, le=90)] = 14  # and so long however much it is used
    security_log_days: Annotated[int, Field(ge=180)] = 200  # the law asks for six months
    # what was typed by whom the college did not take in; then its deletion is proposed
    keep_declined_sign_ups_days: Annotated[int, Field(ge=1)] = 180
    # then the deletion of these is proposed too, each for an administrator to decide
    keep_sheets_days: Annotated[int, Field(ge=1)] = 90  # uploaded rosters and results
    keep_letters_days: Annotated[int, Field(ge=1)] = 180  # to who is not on record
    keep_invitations_days: Annotated[int, Field(ge=1)] = 365  # that are over
    keep_looks_days: Annotated[int, Field(ge=180)] = 730  # who opened whose page
    # days before a date of an exam year on which candidates are told, where the year says nothing
    exam_reminder_days: Annotated[str, Field(pattern=r"^\d{1,3}(, ?\d{1,3})*$")] = "14, 3"
    keep_idle_people_years: Annotated[int, Field(ge=1, le=50)] = 5  # without any tie
    # who may issue, import or reveal has a second factor; None: asked for in production
    require_totp: bool | None = None
    sign_in_tries: Annotated[int, Field(ge=1)] = 5  # wrong passwords per account in the window
    sign_in_tries_per_address: Annotated[int, Field(ge=1)] = 50
    sign_in_tries_overall: Annotated[int, Field(ge=1)] = 2000  # from anywhere, in the window
    sign_in_window_minutes: Annotated[int, Field(ge=1)] = 10
    invitation_days: Annotated[int, Field(ge=1, le=90)] = 14  # the code of a first password
    reset_hours: Annotated[int, Field(ge=1, le=168)] = 24  # and of a new one
    link_minutes: Annotated[int, Field(ge=5, le=120)] = 30  # and of one that is mailed
    links_per_hour: Annotated[int, Field(ge=1)] = 20  # asked for, per network address
    links_per_account: Annotated[int, Field(ge=1)] = 3  # mailed in an hour
    registrations_per_hour: Annotated[int, Field(ge=1)] = 60  # of people, per network address
    look_ups_per_minute: Annotated[int, Field(ge=1)] = 60  # of certificates, per network address
    notice_days: Annotated[int, Field(ge=30)] = 730  # what people were told is kept so long
    # smtp://, smtp+starttls:// or smtps://host; default: .eml files in the instance folder
    mail_url: str = ""
    mail_user: str = ""
    mail_password: SecretStr = SecretStr("")
    mail_from: str = ""  # address of the sender; default: notices@ the host of the public address
    mail_ca: str = ""  # file of certificates to trust for the mail server; default: the system's
    # yunpian, submail, or a file of one's own that says how (docs/deploy.md); default: no texting
    sms_provider: str = ""
    sms_url: str = ""  # in place of the provider's own address
    sms_account: str = ""  # who we are to the provider, where it asks
    sms_key: SecretStr = SecretStr("")
    sms_sign: str = ""  # the signature that the provider knows us by; default: the college's name
    wecom_key: SecretStr = SecretStr("")  # of a robot in a WeCom group; default: none
    wecom_url: str = ""  # in place of Tencent's own address
    # sign-in by OpenID Connect; default: none
    oidc_issuer: str = ""  # https://…, exactly as the provider calls itself
    oidc_client_id: str = ""
    oidc_client_secret: SecretStr = SecretStr("")
    oidc_label: str = "统一身份认证"  # what the button calls the provider
    oidc_label_en: str = "Unified Sign-In"
    oidc_scopes: str = "openid profile email"
    oidc_claim: str = "sub"  # what never changes about a person there, and is never handed on
    oidc_hosts: str = ""  # further hosts that the provider has addresses on, with a space between
    oidc_second_factor: str = ""  # values of amr or acr that count as the second factor
    oidc_ca: str = ""  # file of certificates to trust for the provider; default: the system's
    issuer_code: str = "TLSW"  # first letters of every certificate number
    college_name: str = "通辽社会工作学院"
    college_name_en: str = "Tongliao College of Social Work"
    founders: str = "中共通辽市委社会工作部与通辽职业学院共建"
    founders_en: str = (
        "Founded by the Tongliao Party Committee's Social Work Department "
        "and Tongliao Vocational College"
    )
    phone: str = "0475-000 0000"
    office_hours: str = "8:30–17:30"

    @classmethod
    def from_env(cls) -> Self:
        """Read the environment, and below it the instance folder's own file.

        What cannot be ends the program with a sentence, never with the values: some are secret.
        """
        folder = Path(os.environ.get("COLLEGE_INSTANCE") or ROOT / "instance")
        try:
            return cls(_env_file=folder / "college.env")  # type: ignore[call-arg]
        except ValidationError as wrong:
            raise SystemExit(in_words(wrong)) from None

    @field_validator("instance", mode="before")
    @classmethod
    def take_empty_as_unset(cls, folder: object) -> object:
        """As `run.sh` does; else the folder would be whichever one the program was started in."""
        return folder or ROOT / "instance"

    @model_validator(mode="after")
    def refuse_dev_secrets(self) -> Self:
        if self.environment == "production" and (
            self.secret_key == DEV_SECRET or self.data_key == DEV_DATA_KEY
        ):
            raise ValueError(
                "COLLEGE_SECRET_KEY and COLLEGE_DATA_KEY must be set in production; "
                "`flask --app app setup keys` writes them to instance/college.env"
            )
        if self.environment == "production" and len(self.secret_key) < SHORTEST_SECRET:
            raise ValueError(
                f"COLLEGE_SECRET_KEY needs at least {SHORTEST_SECRET} characters in production; "
                "`flask --app app setup keys` writes a good one"
            )
        return self

    @model_validator(mode="after")
    def refuse_debugging(self) -> Self:
        if (
            self.environment == "production"
            and os.environ.get("FLASK_DEBUG", "").lower() not in OFF
        ):
            raise ValueError(
                "FLASK_DEBUG must not be set in production: its error pages run code for whoever "
                "sees them"
            )
        return self

    @model_validator(mode="after")
    def refuse_open_lines(self) -> Self:
        url = urlsplit(self.public_url)
        if self.environment == "production" and url.scheme != "https" and url.hostname not in HERE:
            raise ValueError(
                "COLLEGE_PUBLIC_URL must begin with https:// in production: else sign-ins could "
                "be read on the way"
            )
        return self

    @model_validator(mode="after")
    def refuse_one_factor(self) -> Self:
        if self.environment == "production" and self.require_totp is False:
            raise ValueError(
                "COLLEGE_REQUIRE_TOTP must not be off in production: a password alone would let "
                "whoever learns it issue certificates and read ID numbers"
            )
        return self

    @model_validator(mode="after")
    def refuse_separate_counts(self) -> Self:
        if self.processes > 1 and self.limits_url == "memory://":
            raise ValueError(
                "COLLEGE_PROCESSES above 1 needs COLLEGE_LIMITS_URL=redis://…: "
                "else each process would count sign-in tries for itself"
            )
        return self

    @model_validator(mode="after")
    def refuse_no_mail_server(self) -> Self:
        url = urlsplit(self.mail_url)
        if self.mail_url and (url.scheme not in MAIL_SCHEMES or not url.hostname or url.username):
            raise ValueError(
                "COLLEGE_MAIL_URL must be smtps://host, smtp+starttls://host or smtp://host, with "
                ":port if need be; the user stands in COLLEGE_MAIL_USER"
            )
        is_open = url.scheme == "smtp" and url.hostname not in HERE
        if self.environment == "production" and is_open and self.mail_user:
            raise ValueError(
                "COLLEGE_MAIL_URL must be smtps:// or smtp+starttls:// where COLLEGE_MAIL_USER is "
                "set: else its password could be read on the way"
            )
        return self

    @model_validator(mode="after")
    def refuse_open_provider(self) -> Self:
        if not self.oidc_issuer:
            return self
        url = urlsplit(self.oidc_issuer)
        is_here = url.scheme == "http" and url.hostname in HERE and not self.is_production
        is_plain = url.hostname and not (url.username or url.query or url.fragment)
        if not is_plain or (url.scheme != "https" and not is_here):
            raise ValueError(
                "COLLEGE_OIDC_ISSUER must be https://host with a path if need be: else whoever "
                "stands in between could sign in as anybody"
            )
        if not self.oidc_client_id or "openid" not in self.oidc_scopes.split():
            raise ValueError(
                "COLLEGE_OIDC_ISSUER needs COLLEGE_OIDC_CLIENT_ID, and openid among "
                "COLLEGE_OIDC_SCOPES"
            )
        return self

    @model_validator(mode="after")
    def refuse_what_is_handed_on(self) -> Self:
        if self.oidc_claim in HANDED_ON:
            raise ValueError(
                "COLLEGE_OIDC_CLAIM must name somebody for good: names, mail addresses and phones "
                "are handed on, and whoever got one would get the account with it"
            )
        return self

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{self.instance.resolve() / 'college.db'}"

    @property
    def asks_second_factor(self) -> bool:
        return self.is_production if self.require_totp is None else self.require_totp

    @property
    def is_production(self) -> bool:
        return self.environment == "production"


def in_words(wrong: ValidationError) -> str:
    """One line for each setting that cannot be: which it is and why, without its value."""
    return "\n".join(
        ": ".join(
            [f"COLLEGE_{str(part).upper()}" for part in error["loc"]] + [error["msg"]]
        ).replace("Value error, ", "")
        for error in wrong.errors(include_input=False, include_url=False)
    )
