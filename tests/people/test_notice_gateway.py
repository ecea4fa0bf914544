"""Text messages and WeCom: each provider's template, against a real server on this machine."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pytest
from pydantic import SecretStr

from college.core.db import db
from college.people.notices import channels, gateway, sending
from college.people.notices.carriers import carriers_of
from college.people.notices.gateway import BadTemplate, GatewayCarrier, filled, template_of
from college.people.notices.models import (
    Channel,
    Delivery,
    DeliveryState,
    NoticeChoice,
    Obstacle,
)
from tests.factories import make_person
from tests.factories.notices import make_delivery
from tests.people.outboxes import FACTS, KIND, again

pytestmark = pytest.mark.usefixtures("as_before")
PHONE, KEY = "13800138000", "k-geheim/+="
TAKEN: dict[str, dict[str, object]] = {
    "yunpian": {"code": 0},
    "submail": {"status": "success"},
    "wecom": {"errcode": 0},
}


@dataclass
class Asked:
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Provider:
    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    answer: object = field(default_factory=dict)
    status: int = 200
    silence: float = 0
    headers: dict[str, str] = field(default_factory=dict)


@contextmanager
def open_provider(**behaviour: object) -> Iterator[Provider]:
    provider = Provider(**behaviour)

    class Desk(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            provider.asked.append(Asked(self.path, dict(self.headers), body))
            time.sleep(provider.silence)
            said = provider.answer
            content = said if isinstance(said, bytes) else json.dumps(said).encode()
            self.send_response(provider.status)
            for name, value in provider.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Nothing to say."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Desk)
    server.daemon_threads = True
    provider.url = f"http://127.0.0.1:{server.server_port}/send?key={{key}}"
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield provider
    server.shutdown()
    server.server_close()


@pytest.fixture
def provider():
    with open_provider() as open_one:
        yield open_one


def use(app, name, url):
    """The carriers that the settings would make of this provider, without mail."""
    over: dict[str, object] = {"WECOM_KEY": SecretStr(KEY), "WECOM_URL": url}
    if name != "wecom":
        over = {"SMS_PROVIDER": name, "SMS_KEY": SecretStr(KEY), "SMS_URL": url}
        over |= {"SMS_ACCOUNT": "a-7", "SMS_SIGN": "通辽社工"}
    made = carriers_of(app.config | over)
    del made[Channel.MAIL]
    channels.use(made)


def told(app, name, url) -> Delivery:
    use(app, name, url)
    person = make_person(phone=PHONE, full_name="张三")
    channel = Channel.WECOM if name == "wecom" else Channel.SMS
    db.session.add(NoticeChoice(person_id=person.id, kind=KIND, channel=channel, is_wanted=True))
    db.session.commit()
    return make_delivery(person, KIND, **FACTS)


@pytest.mark.parametrize("name", TAKEN)
def test_each_provider_is_asked_as_its_template_says(app, provider, name):
    provider.answer = TAKEN[name] | {"errmsg": "ok"}
    delivery = told(app, name, provider.url)
    assert sending.send_due() == 1
    assert again(delivery).state is DeliveryState.SENT
    (asked,) = provider.asked
    assert asked.path == "/send?key=k-geheim%2F%2B%3D"
    short = "报名已登记。登录学院网站即可查看详情。"
    if name == "yunpian":
        assert asked.headers["Content-Type"] == "application/x-www-form-urlencoded"
        form = {"apikey": [KEY], "mobile": [PHONE], "text": [f"【通辽社工】{short}"]}
        assert parse_qs(asked.body.decode()) == form
    elif name == "submail":
        said = {"appid": "a-7", "signature": KEY, "to": PHONE, "content": f"【通辽社工】{short}"}
        assert json.loads(asked.body) == said
    else:
        text = {"content": f"通辽社会工作学院：{short}", "mentioned_mobile_list": [PHONE]}
        assert json.loads(asked.body) == {"msgtype": "text", "text": text}
    assert "张三" not in asked.body.decode()
    assert "个案" not in json.dumps(parse_qs(asked.body.decode()), ensure_ascii=False)


@pytest.mark.parametrize("name", TAKEN)
@pytest.mark.parametrize(
    ("answer", "status", "obstacle", "detail"),
    [
        ({"code": 22, "status": "error", "errcode": 93000, "errmsg": PHONE}, 200, "refused", None),
        ({}, 200, "refused", "200"),
        ([], 200, "refused", "200"),
        ({"code": False, "status": True, "errcode": False}, 200, "refused", None),
        (b"<html>", 200, "refused", "200"),
        (b"", 404, "refused", "404"),
        ({}, 401, "shut_out", "401"),
        ({}, 500, "unreachable", "500"),
        ({}, 429, "unreachable", "429"),
    ],
)
def test_an_answer_is_judged_by_the_providers_rule(
    app, provider, name, answer, status, obstacle, detail
):
    provider.answer, provider.status = answer, status
    delivery = told(app, name, provider.url)
    assert sending.send_due() == 0
    assert again(delivery).state is DeliveryState.FAILED
    assert delivery.obstacle == obstacle
    assert detail is None or delivery.detail == detail
    assert PHONE not in delivery.detail


def test_the_providers_number_is_kept_and_not_its_words(app, provider):
    provider.answer = {"errcode": 93000, "errmsg": "invalid webhook url, hint"}
    delivery = told(app, "wecom", provider.url)
    sending.send_due()
    assert again(delivery).detail == "errcode 93000"


def test_a_provider_that_says_nothing_is_not_waited_for_forever(app, provider, monkeypatch):
    monkeypatch.setattr(gateway, "READ_SECONDS", 0.3)
    provider.silence = 2
    delivery = told(app, "wecom", provider.url)
    begun = time.monotonic()
    sending.send_due()
    assert time.monotonic() - begun < 1.5
    assert again(delivery).obstacle is Obstacle.UNREACHABLE
    assert KEY not in delivery.detail


def test_an_endless_answer_is_not_read(app, provider):
    provider.answer = b" " * 200_000 + b"{}"
    delivery = told(app, "submail", provider.url)
    sending.send_due()
    assert (again(delivery).obstacle, delivery.detail) == (Obstacle.UNREACHABLE, "too long")


def test_nobody_listens(app):
    delivery = told(app, "wecom", "http://127.0.0.1:1/?key={key}")
    sending.send_due()
    assert again(delivery).obstacle is Obstacle.UNREACHABLE


def test_a_redirect_is_not_followed(app, provider):
    with open_provider(answer={"errcode": 0}) as elsewhere:
        provider.status, provider.headers = 307, {"Location": elsewhere.url}
        delivery = told(app, "wecom", provider.url)
        sending.send_due()
        assert elsewhere.asked == []
    assert again(delivery).obstacle is Obstacle.REFUSED


def test_nobody_gets_a_text_message_unasked(app, provider):
    use(app, "yunpian", provider.url)
    person = make_person(phone=PHONE)
    with pytest.raises(Exception, match="No row"):
        make_delivery(person, KIND, **FACTS)


def test_a_number_of_a_desk_gets_no_text_message(app, provider):
    use(app, "yunpian", provider.url)
    person = make_person(phone="0475-8218888")
    wanted = NoticeChoice(person_id=person.id, kind=KIND, channel=Channel.SMS, is_wanted=True)
    db.session.add(wanted)
    db.session.commit()
    with pytest.raises(Exception, match="No row"):
        make_delivery(person, KIND, **FACTS)


def test_the_ways_of_the_college_are_there_to_be_chosen(app, provider, sign_in):
    use(app, "yunpian", provider.url)
    page = sign_in(make_person(phone=PHONE)).get("/me/notices/choices").text
    assert 'value="enrolled:sms"' in page
    assert "Text message" in page
    assert "WeCom" not in page


def test_what_fills_a_blank_stays_text():
    evil = {"phone": '1", "admin": true, "x": "{key}', "key": "geheim"}
    assert filled({"to": ["{phone}"], "n": 1, "no": None}, evil) == {
        "to": ['1", "admin": true, "x": "{key}'],
        "n": 1,
        "no": None,
    }


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{", "cannot be read"),
        ("[]", "needs url and taken_if"),
        ('{"url": "https://a.cn", "json": {}}', "needs url and taken_if"),
        ('{"url": "https://a.cn", "taken_if": {}, "json": {}, "run": 1}', "knows"),
        ('{"url": "https://a.cn", "taken_if": {}}', "either json or form"),
        ('{"url": "https://a.cn", "taken_if": {}, "json": {"a": "{name}"}}', "unknown blanks"),
    ],
)
def test_a_template_that_cannot_be_is_refused_with_a_sentence(app, tmp_path, text, why):
    (tmp_path / "own.json").write_text(text)
    with pytest.raises(BadTemplate, match=why):
        template_of(str(tmp_path / "own.json"))
    with pytest.raises(SystemExit, match=why):
        carriers_of(app.config | {"SMS_PROVIDER": str(tmp_path / "own.json")})


def test_a_template_of_ones_own_is_a_file(tmp_path):
    own = {
        "url": "https://sms.example.cn/send",
        "headers": {"Authorization": "Bearer {key}"},
        "json": {"to": "{phone}", "text": "【{sign}】{short}"},
        "taken_if": {"status": "ok"},
    }
    (tmp_path / "own.json").write_text(json.dumps(own))
    assert template_of(str(tmp_path / "own.json")).headers == {"Authorization": "Bearer {key}"}
    with pytest.raises(BadTemplate, match="cannot be read"):
        template_of("nobody")


def test_a_key_never_goes_over_an_open_line():
    with pytest.raises(BadTemplate, match="https"):
        GatewayCarrier(template_of("wecom"), {}, url="http://sms.example.cn/{key}")
