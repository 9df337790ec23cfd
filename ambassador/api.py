"""The API, composed of what each package brings."""

from django.urls import include, path
from ninja import NinjaAPI

from campaigns import api as campaigns
from core.api.callers import KeyInHeader
from core.api.endpoints import build
from orders.api import changes, events, imports, old, orders, recording
from referrals.api import attributions, codes, contacts, enrollments

v1 = NinjaAPI(
    title="Ambassador API",
    version="1",
    auth=[KeyInHeader()],
    openapi_url=None,
    docs_url=None,
    urls_namespace="api",
)
for router in (
    recording.router,
    changes.router,
    orders.router,
    contacts.router,
    enrollments.router,
    codes.router,
    attributions.router,
    campaigns.router,
    imports.router,
    events.router,
):
    v1.add_router("", router)

urlpatterns = [
    path("v1/", include((build(v1), "api"))),
    path("v2/<str:username>/<str:token>/json/<path:method>", old.answer, name="api_v2"),
]
