"""The front door: whoever signs in lands where the day's work is."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from core.accounts.permissions import signed_in


@signed_in
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    return redirect("orders:list")
