"""A real SMTP server for tests, on this machine, with TLS by an authority made for the occasion."""

import socketserver
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


@dataclass
class PostOffice:
    """What it took in, and how it behaves; a test changes that as it goes."""

    port: int = 0
    taken: list[tuple[str, EmailMessage]] = field(default_factory=list)  # to whom, what
    said: list[str] = field(default_factory=list)  # what it was told, line by line
    answers: dict[str, str] = field(default_factory=dict)  # by the first word, in place of yes
    tls: ssl.SSLContext | None = None  # offers STARTTLS
    is_tls: bool = False  # speaks nothing else
    silence: float = 0  # seconds before it says anything
    on_taken: Callable[[], None] = lambda: None

    @property
    def letters(self) -> list[EmailMessage]:
        return [letter for _, letter in self.taken]


class Conversation(socketserver.StreamRequestHandler):
    office: PostOffice
    to = ""

    def handle(self) -> None:
        if self.office.is_tls:
            self._go_secret()
        time.sleep(self.office.silence)
        self._say("220 here")
        while line := self.rfile.readline().decode().strip():
            word = line.split(" ")[0].split(":")[0].upper()
            self.office.said.append(word)
            if word in self.office.answers:
                self._say(self.office.answers[word])
            else:
                getattr(self, f"_{word.lower()}", self._yes)(line)

    def finish(self) -> None:
        with suppress(OSError):
            super().finish()
        self.connection.close()

    def _yes(self, line: str) -> None:
        self._say("235 yes" if line.startswith("AUTH") else "250 yes")

    def _ehlo(self, line: str) -> None:
        secret = ["250-STARTTLS"] if self.office.tls and not self.office.is_tls else []
        self._say("\r\n".join(["250-here", *secret, "250-AUTH PLAIN", "250 8BITMIME"]))

    def _starttls(self, line: str) -> None:
        self._say("220 go on")
        self._go_secret()

    def _rcpt(self, line: str) -> None:
        self.to = line.partition("<")[2].partition(">")[0]
        self._say("250 yes")

    def _quit(self, line: str) -> None:
        self._say("221 bye")

    def _data(self, line: str) -> None:
        self._say("354 go on")
        lines = iter(self.rfile.readline, b".\r\n")
        whole = b"".join(line.removeprefix(b".") if line[:2] == b".." else line for line in lines)
        letter = message_from_bytes(whole, policy=policy.default)
        self.office.taken.append((self.to, letter))
        self.office.on_taken()
        self._say("250 taken")

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())

    def _go_secret(self) -> None:
        assert self.office.tls is not None
        self.connection = self.office.tls.wrap_socket(self.connection, server_side=True)
        self.rfile = self.connection.makefile("rb")
        self.wfile = self.connection.makefile("wb", buffering=0)


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """A line that broke is what some tests are about."""


@contextmanager
def open_office(**behaviour: object) -> Iterator[PostOffice]:
    office = PostOffice(**behaviour)
    handler = type("Talk", (Conversation,), {"office": office})
    with Server(("127.0.0.1", 0), handler) as server:
        office.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield office
        server.shutdown()


@dataclass(frozen=True)
class Authority:
    """`ca`: the file to trust; `context`: what a server of 127.0.0.1 shows."""

    ca: Path
    context: ssl.SSLContext


def make_authority(folder: Path) -> Authority:
    folder.mkdir(exist_ok=True)
    own, server = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    root = _certificate("CA of a test", own.public_key(), own, "CA of a test", is_ca=True)
    leaf = _certificate("127.0.0.1", server.public_key(), own, "CA of a test", is_ca=False)
    ca, both = folder / "ca.pem", folder / "server.pem"
    ca.write_bytes(root.public_bytes(serialization.Encoding.PEM))
    key = server.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    both.write_bytes(key + leaf.public_bytes(serialization.Encoding.PEM))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(both)
    return Authority(ca, context)


def _certificate(name, key, signer, issuer, *, is_ca) -> x509.Certificate:
    def called(text: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])

    now = datetime.now(UTC)
    usage = dict.fromkeys(
        (
            "content_commitment",
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    signs = {"digital_signature": not is_ca, "key_cert_sign": is_ca, "crl_sign": is_ca}
    made = (
        x509.CertificateBuilder()
        .subject_name(called(name))
        .issuer_name(called(issuer))
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
        .add_extension(x509.KeyUsage(**usage, **signs), critical=True)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )
    if not is_ca:
        here = x509.SubjectAlternativeName([x509.IPAddress(ip_address(name))])
        made = made.add_extension(here, critical=False)
    return made.sign(signer, hashes.SHA256())
