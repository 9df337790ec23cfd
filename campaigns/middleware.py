"""Gives each request the program, lazily, and shows times in the program's zone."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from campaigns.program import program, zone


class ProgramMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.program = SimpleLazyObject(program)  # type: ignore[attr-defined]
        if not request.user.is_authenticated:
            return self.get_response(request)
        with timezone.override(zone(request.program)):  # type: ignore[attr-defined]
            return self.get_response(request)
