"""Mail: to a server by SMTP, or as files into a folder while no server is named."""

import os
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from enum import StrEnum
from pathlib import Path
from tempfile import NamedTemporaryFile
from urllib.parse import urlsplit

from college.core.folder import sync_folder
from college.people.notices.channels import Letter, NotSent
from college.people.notices.models import Obstacle

SECONDS = 20  # for each word of the server's; a letter takes about ten, within its claim
SHUT_OUT = {530, 534, 535, 538}  # it wants another user, password or line
GONE_FROM = 500  # from here on a server means no, and not "later"


class Security(StrEnum):
    TLS = "smtps"  # from the first byte
    STARTTLS = "smtp+starttls"  # asked for before anything is said
    NONE = "smtp"


PORTS = {Security.TLS: 465, Security.STARTTLS: 587, Security.NONE: 25}


@dataclass(frozen=True, slots=True)
class Sender:
    """Whom the letters are from."""

    address: str
    name: str
    host: str  # what the college calls itself to a server


@dataclass(frozen=True, slots=True)
class Server:
    host: str
    port: int
    security: Security
    user: str = ""
    password: str = ""
    ca: str = ""  # a file with the certificates to trust; "": those of the system

    def __repr__(self) -> str:
        return f"<Server {self.security}://{self.host}:{self.port}>"  # not the password


def server_at(url: str, *, user: str = "", password: str = "", ca: str = "") -> Server:
    """Read an address such as smtps://mail.example.org. Raises ValueError for what is none."""
    parts = urlsplit(url)
    security = Security(parts.scheme)
    if not parts.hostname or parts.username or parts.password:
        raise ValueError("an address of a mail server is a scheme, a host and a port, no more")
    return Server(
        parts.hostname, parts.port or PORTS[security], security, user=user, password=password, ca=ca
    )


class SmtpCarrier:
    leaves_machine = True

    def __init__(self, server: Server, sender: Sender) -> None:
        self.server, self.sender = server, sender

    def send(self, letter: Letter) -> None:
        message = written(letter, self.sender)
        try:
            with self._opened() as line:
                line.send_message(message, from_addr=self.sender.address, to_addrs=[letter.to])
        except smtplib.SMTPRecipientsRefused as error:
            code = error.recipients[letter.to][0]
            raise NotSent(Obstacle.ADDRESS_REFUSED, str(code), is_vain=code >= GONE_FROM) from error
        except smtplib.SMTPResponseException as error:
            code = error.smtp_code
            obstacle = Obstacle.SHUT_OUT if code in SHUT_OUT else Obstacle.REFUSED
            raise NotSent(obstacle, str(code)) from error
        except ssl.SSLError as error:
            raise NotSent(Obstacle.UNTRUSTED, type(error).__name__) from error
        except OSError as error:  # also what smtplib says of a line that broke
            raise NotSent(Obstacle.UNREACHABLE, type(error).__name__) from error

    @contextmanager
    def _opened(self) -> Iterator[smtplib.SMTP]:
        line = self._line()
        try:
            if self.server.user:
                line.login(self.server.user, self.server.password)
            yield line
        finally:
            with suppress(OSError):  # a letter that was taken is taken, whatever is said at parting
                line.quit()
            line.close()

    def _line(self) -> smtplib.SMTP:
        at, me = (self.server.host, self.server.port), self.sender.host
        if self.server.security is Security.TLS:
            return smtplib.SMTP_SSL(*at, me, timeout=SECONDS, context=self._trust())
        line = smtplib.SMTP(*at, me, timeout=SECONDS)
        if self.server.security is Security.STARTTLS:
            try:
                line.starttls(context=self._trust())
            except (smtplib.SMTPException, OSError):
                line.close()
                raise
        return line

    def _trust(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.server.ca or None)


class FolderCarrier:
    """Each letter a file that any mail program opens: to look at, or for a system that fetches."""

    leaves_machine = False

    def __init__(self, folder: Path, sender: Sender) -> None:
        self.folder, self.sender = folder, sender

    def send(self, letter: Letter) -> None:
        """A file is absent or whole; written twice it is one."""
        content = written(letter, self.sender).as_bytes(policy=SMTP)
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._write(f"{letter.file_name}.eml", content)
        except OSError as error:
            raise NotSent(Obstacle.UNREACHABLE, type(error).__name__) from error

    def _write(self, name: str, content: bytes) -> None:
        with NamedTemporaryFile(dir=self.folder, prefix=".new-", delete=False) as file:
            try:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
                Path(file.name).rename(self.folder / name)
            except OSError:
                Path(file.name).unlink(missing_ok=True)
                raise
        sync_folder(self.folder)


def written(letter: Letter, sender: Sender) -> EmailMessage:
    """The letter as mail. Raises NotSent for an address that is none."""
    message = EmailMessage(policy=SMTP)
    try:
        message["To"] = Address(addr_spec=letter.to)
    except (MessageError, ValueError, IndexError) as error:
        raise NotSent(Obstacle.ADDRESS_REFUSED, type(error).__name__, is_vain=True) from error
    message["From"] = Address(sender.name, addr_spec=sender.address)
    message["Subject"] = letter.subject
    message["Date"] = letter.written_at
    message["Message-ID"] = f"<{letter.message_id}>"
    message["Auto-Submitted"] = "auto-generated"  # no machine answers that somebody is on leave
    message.set_content(letter.text)
    message["Content-Language"] = "zh-CN, en"  # afterwards: the content brings headers of its own
    return message
