"""The carriers that the settings name; without any, mail becomes files in the instance folder."""

from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Flask

from college.people.notices import channels
from college.people.notices.channels import Carrier
from college.people.notices.mailing import FolderCarrier, Sender, SmtpCarrier, server_at
from college.people.notices.models import Channel

FOLDER = "mail"  # in the instance folder


def install(app: Flask) -> None:
    channels.use(carriers_of(app.config))


def carriers_of(config: dict[str, Any]) -> dict[Channel, Carrier]:
    """Mail always; a text message and WeCom where the settings name a provider and a key."""
    found: dict[Channel, Carrier] = {Channel.MAIL: mail_of(config)}
    if config["SMS_PROVIDER"]:
        key = config["SMS_KEY"].get_secret_value()
        sign = config["SMS_SIGN"] or config["COLLEGE_NAME"]
        blanks = {"key": key, "account": config["SMS_ACCOUNT"], "sign": sign}
        found[Channel.SMS] = _gateway(config["SMS_PROVIDER"], blanks, config["SMS_URL"])
    key = config["WECOM_KEY"].get_secret_value()
    if key:
        blanks = {"key": key, "account": "", "sign": config["COLLEGE_NAME"]}
        found[Channel.WECOM] = _gateway("wecom", blanks, config["WECOM_URL"])
    return found


def _gateway(provider: str, blanks: dict[str, str], url: str) -> Carrier:
    from college.people.notices import gateway  # noqa: PLC0415 - its library only where it is used

    try:
        return gateway.GatewayCarrier(gateway.template_of(provider), blanks, url=url)
    except gateway.BadTemplate as wrong:
        raise SystemExit(f"COLLEGE_SMS_PROVIDER or its address: {wrong}") from None


def mail_of(config: dict[str, Any]) -> Carrier:
    host = named_host(config["PUBLIC_URL"])
    address = config["MAIL_FROM"] or f"notices@{host}"
    sender = Sender(address, config["COLLEGE_NAME"], host)
    if not config["MAIL_URL"]:
        return FolderCarrier(Path(config["INSTANCE"]) / FOLDER, sender)
    password = config["MAIL_PASSWORD"].get_secret_value()
    user, ca = config["MAIL_USER"], config["MAIL_CA"]
    return SmtpCarrier(server_at(config["MAIL_URL"], user=user, password=password, ca=ca), sender)


def named_host(url: str) -> str:
    """The host of an address; a number is no name that mail could come from."""
    host = urlsplit(url).hostname or "localhost"
    try:
        ip_address(host)
    except ValueError:
        return host
    return "localhost"
