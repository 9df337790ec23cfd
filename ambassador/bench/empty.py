"""The program with one address more, whose view does nothing: what any answer costs at the least."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import path

from ambassador.bench.serving import EMPTY_PATH
from ambassador.urls import urlpatterns as ours
from ambassador.wsgi import application
from core.accounts.permissions import public


@public
def empty(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


urlpatterns = [path(EMPTY_PATH[1:], empty), *ours]
settings.ROOT_URLCONF = __name__
__all__ = ["application", "urlpatterns"]
