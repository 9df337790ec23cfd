"""Settings › Mail: what is set, and a test with the server's true answer."""

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from core.accounts.models import User
from core.accounts.permissions import requires
from core.mail import sending
from core.mail.failures import MailFailed


class TestForm(forms.Form):
    to = forms.EmailField(label="Send a test to", max_length=254)


@requires("mail:manage")
@require_http_methods(["GET", "HEAD", "POST"])
def mail(request: HttpRequest) -> HttpResponse:
    assert isinstance(request.user, User)
    form = TestForm(request.POST or None, initial={"to": request.user.email})
    context = {
        "form": form,
        "is_configured": sending.is_configured(),
        "facts": _facts(),
        "sent_to": "",
        "failure": "",
    }
    status = 422 if form.errors else 200
    if request.method == "POST" and form.is_valid() and sending.is_configured():
        try:
            sending.send_test(form.cleaned_data["to"])
        except MailFailed as failure:
            context["failure"] = str(failure)
        else:
            context["sent_to"] = form.cleaned_data["to"]
    return render(request, "mail/mail.html", context, status=status)


def _facts() -> list[tuple[str, str, str]]:
    """Label, variable, value. The password is never among them: only whether there is one."""
    encryption = (
        "TLS from the start" if settings.EMAIL_USE_SSL else "STARTTLS" if settings.EMAIL_USE_TLS else "none"
    )
    return [
        ("Server", "EMAIL_HOST", settings.EMAIL_HOST),
        ("Port", "EMAIL_PORT", str(settings.EMAIL_PORT)),
        ("Encryption", "EMAIL_TLS, EMAIL_SSL", encryption),
        ("User", "EMAIL_USER", settings.EMAIL_HOST_USER),
        ("Password", "EMAIL_PASSWORD", "set" if settings.EMAIL_HOST_PASSWORD else ""),
        ("Sender", "EMAIL_FROM", settings.DEFAULT_FROM_EMAIL),
        ("Address in links", "SITE_URL", settings.SITE_URL),
    ]
