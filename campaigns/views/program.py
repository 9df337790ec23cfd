"""Settings › Program: what this installation is called, how it counts, which clock it goes by."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from campaigns import program
from campaigns.forms import ProgramForm
from core.accounts.models import User
from core.accounts.permissions import requires


@requires("settings:manage")
@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: HttpRequest) -> HttpResponse:
    form = ProgramForm(request.POST or None, instance=program.program())
    if request.method == "POST" and form.is_valid():
        assert isinstance(request.user, User)
        program.change(form.cleaned_data, by=request.user)
        messages.success(request, "Saved.")
        return redirect("campaigns:program")
    return render(request, "campaigns/program.html", {"form": form}, status=422 if form.errors else 200)
