"""Blueprints whose every route must say who may ask for it."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Literal

from flask import Blueprint
from flask_login import current_user

from college.core.access import require
from college.core.errors import DomainError
from college.core.roles import NOBODY, Actor, Can
from college.core.text import say

Door = Can | Literal["anyone", "signed in"]
View = Callable[..., Any]


class SignInNeeded(DomainError):
    code = "sign_in_needed"
    message = say("Sign in to go on.")


def current_actor() -> Actor:
    return current_user.actor if current_user.is_authenticated else NOBODY


class Pages(Blueprint):
    def add_url_rule(self, *args: Any, can: Door, **options: Any) -> None:  # type: ignore[override]
        rule, endpoint, view = args
        super().add_url_rule(rule, endpoint, guarded(view, can), **options)


def guarded(view: View, can: Door) -> View:
    @wraps(view)
    def ask(**params: Any) -> Any:
        if can != "anyone":  # such a page may do without the database
            actor = current_actor()
            is_open = isinstance(can, Can) and bool(NOBODY.reach(can))
            if not is_open and actor.person_id is None:
                raise SignInNeeded
            if isinstance(can, Can):
                require(actor, can)
        return view(**params)

    ask.can = can  # type: ignore[attr-defined]
    return ask
