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
    channels.use({Channel.MAIL: mail_of(app.config)})


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
