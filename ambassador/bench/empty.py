"""The program with one address more, whose view does nothing: what any answer costs at the least."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from ambassador.bench.serving import EMPTY_PATH
from ambassador.wsgi import application

settings.ROOT_URLCONF = __name__
__all__ = ["application", "urlpatterns"]


def empty(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


urlpatterns = [path(EMPTY_PATH[1:], empty), path("", include("ambassador.urls"))]
