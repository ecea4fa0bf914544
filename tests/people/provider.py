"""A real OpenID Connect provider for tests: its own HTTP server on this machine, with PKCE.

It knows one person, who agrees to everything; a test changes how it behaves as it goes.
"""

import base64
import hashlib
import hmac
import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from secrets import token_urlsafe
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote_plus, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OKPKey, RSAKey

CLIENT, SECRET = "the college", "s3cret: with signs/+"


@cache
def rsa_key(kid: str) -> RSAKey:
    return RSAKey.generate_key(2048, {"kid": kid})


@cache
def key_for(algorithm: str) -> RSAKey | ECKey | OKPKey:
    if algorithm.startswith("ES"):
        curve = {"ES256": "P-256", "ES384": "P-384", "ES512": "P-521"}[algorithm]
        return ECKey.generate_key(curve, {"kid": algorithm})
    if algorithm == "Ed25519":
        return OKPKey.generate_key("Ed25519", {"kid": algorithm})
    return rsa_key("first")


@dataclass
class Provider:
    """`person`: what it knows of whoever signs in. `spoils`: claims put over those of the token."""

    port: int = 0
    scheme: str = "http"
    person: dict[str, Any] = field(default_factory=lambda: {"sub": "4711"})
    told_aside: dict[str, Any] = field(default_factory=dict)  # by userinfo alone
    spoils: dict[str, Any] = field(default_factory=dict)  # None takes a claim out
    publishes: dict[str, Any] = field(default_factory=dict)  # over its document
    algorithm: str = "RS256"
    signing_key: Any = None  # in place of the one that fits
    published_keys: list[Any] | None = None
    public: bool = False  # takes a client without a secret
    methods: tuple[str, ...] = ("client_secret_basic",)
    issuer_path: str = ""
    answers: dict[str, tuple[int, bytes, dict[str, str]]] = field(default_factory=dict)
    silence: dict[str, float] = field(default_factory=dict)  # seconds before it answers, by path
    trickle: set[str] = field(default_factory=set)  # a byte now and then, by path
    asked: list[str] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    keys: dict[str, dict[str, Any]] = field(default_factory=dict)  # access tokens
    on_asked: Callable[[], None] = lambda: None

    @property
    def issuer(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}{self.issuer_path}"

    def document(self) -> dict[str, Any]:
        own = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "response_types_supported": ["code"],
            "token_endpoint_auth_methods_supported": list(self.methods),
            "code_challenge_methods_supported": ["S256"],
        }
        return own | self.publishes

    def visit(self, url: str, **over: str) -> str:
        """As a browser that somebody signs in with: where it is sent back to."""
        parts = urlsplit(url)
        query = dict(parse_qsl(parts.query)) | over
        line = HTTPConnection("127.0.0.1", self.port, timeout=5)
        line.request("GET", f"{parts.path}?{urlencode(query)}")
        answer = line.getresponse()
        answer.read()
        line.close()
        assert answer.status == 302, answer.status
        return answer.headers["Location"]

    # ---- what it answers

    def authorize(self, query: dict[str, str]) -> str:
        assert query["response_type"] == "code"
        assert query["client_id"] == CLIENT
        assert "openid" in query["scope"].split()
        assert query["code_challenge_method"] == "S256"
        code = token_urlsafe()
        self.codes[code] = query
        back = {"code": code, "state": query["state"], "iss": self.issuer}
        return f"{query['redirect_uri']}?{urlencode(back)}"

    def redeem(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        if not self._knows(form, authorization):
            return 401, {"error": "invalid_client"}
        asked = self.codes.pop(form.get("code", ""), None)  # once
        if asked is None or form.get("grant_type") != "authorization_code":
            return 400, {"error": "invalid_grant"}
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        is_same = form.get("redirect_uri") == asked["redirect_uri"]
        if not is_same or challenge != asked["code_challenge"]:
            return 400, {"error": "invalid_grant"}
        key = token_urlsafe()
        self.keys[key] = {"sub": self.person["sub"]} | self.told_aside
        token = self.id_token(asked.get("nonce", ""))
        return 200, {"access_token": key, "token_type": "Bearer", "id_token": token}

    def _knows(self, form: dict[str, str], authorization: str) -> bool:
        if self.public:
            return form.get("client_id") == CLIENT and not authorization
        if "client_secret_basic" not in self.methods:
            return (form.get("client_id"), form.get("client_secret")) == (CLIENT, SECRET)
        plain = base64.b64decode(authorization.removeprefix("Basic ")).decode()
        return tuple(map(unquote_plus, plain.split(":"))) == (CLIENT, SECRET)

    def id_token(self, nonce: str) -> str:
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": nonce}
        claims |= self.person | self.spoils
        claims = {name: value for name, value in claims.items() if value is not None}
        if self.algorithm in {"none", "HS256"}:
            return self._forged(claims)
        key = self.signing_key or key_for(self.algorithm)
        header = {"alg": self.algorithm, "kid": key.kid}
        return jwt.encode(header, claims, key, algorithms=[self.algorithm])

    def _forged(self, claims: dict[str, Any]) -> str:
        """Without a signature, or with one by the public key, as a secret that everybody has."""
        key = rsa_key("first")
        header = {"alg": self.algorithm, "kid": key.kid}
        text = ".".join(_base64(json.dumps(part).encode()) for part in (header, claims))
        secret = key.as_pem(private=False)
        digest = hmac.new(secret, text.encode(), hashlib.sha256).digest()
        return f"{text}.{_base64(digest) if self.algorithm == 'HS256' else ''}"

    def key_set(self) -> dict[str, Any]:
        keys = self.published_keys or [key_for(self.algorithm)]
        return KeySet(keys).as_dict(private=False)  # type: ignore[return-value]


def _base64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


class Talk(BaseHTTPRequestHandler):
    provider: Provider

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        path = self._heard(parts.path)
        if path == "/authorize":
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            self._say(302, b"", {"Location": self.provider.authorize(query)})
        elif path == "/userinfo":
            known = self.provider.keys.get(self.headers["Authorization"].removeprefix("Bearer "))
            self._tell(200 if known else 401, known or {"error": "invalid_token"})
        elif path == "/keys":
            self._tell(200, self.provider.key_set())
        elif path == "/.well-known/openid-configuration":
            self._tell(200, self.provider.document())
        else:
            self._tell(404, {})

    def do_POST(self) -> None:
        self._heard(self.path)
        raw = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = {name: values[0] for name, values in parse_qs(raw).items()}
        authorization = self.headers.get("Authorization", "")
        self._tell(*self.provider.redeem(form, authorization))

    def _heard(self, path: str) -> str:
        path = path.removeprefix(self.provider.issuer_path)
        self.provider.asked.append(path)
        self.provider.on_asked()
        time.sleep(self.provider.silence.get(path, 0))
        self.own = path
        return path

    def _tell(self, status: int, body: dict[str, Any]) -> None:
        self._say(status, json.dumps(body).encode(), {})

    def _say(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        status, body, headers = self.provider.answers.get(self.own, (status, body, headers))
        self.send_response(status)
        for name, value in {"Content-Type": "application/json", **headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.own not in self.provider.trickle:
            self.wfile.write(body)
            return
        for start in range(len(body)):
            self.wfile.write(body[start : start + 1])
            time.sleep(0.05)

    def handle(self) -> None:
        with suppress(OSError):  # a line that was cut is what some tests are about
            super().handle()

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""


@contextmanager
def open_provider(tls: ssl.SSLContext | None = None, **behaviour: Any) -> Iterator[Provider]:
    provider = Provider(**behaviour)
    handler = type("OwnTalk", (Talk,), {"provider": provider})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
        provider.scheme = "https"
    with server:
        provider.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield provider
        server.shutdown()
