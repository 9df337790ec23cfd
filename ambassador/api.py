"""The API, composed of what each package brings."""

from django.urls import include, path
from ninja import NinjaAPI

from core.api.callers import KeyInHeader
from core.api.endpoints import build
from orders.api import recording

v1 = NinjaAPI(
    title="Ambassador API",
    version="1",
    auth=[KeyInHeader()],
    openapi_url=None,
    docs_url=None,
    urls_namespace="api",
)
v1.add_router("", recording.router)

urlpatterns = [path("v1/", include((build(v1), "api")))]
