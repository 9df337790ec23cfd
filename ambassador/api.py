"""The API, composed of what each package brings."""

from django.urls import include, path
from ninja import NinjaAPI

from campaigns import api as campaigns
from core.api import docs
from core.api.callers import KeyInHeader
from core.api.document import document
from core.api.endpoints import build
from orders.api import changes, events, explaining, imports, old, orders, recording
from referrals.api import attributions, codes, contacts, enrollments
from rewards import api as rewards

PREFIX = "api/v1/"
v1 = NinjaAPI(
    title="Ambassador API",
    version="1",
    description="Record orders and who referred them; read and change whatever the screens do.",
    auth=[KeyInHeader()],
    openapi_url=None,
    docs_url=None,
    urls_namespace="api",
)
for router in (
    recording.router,
    changes.router,
    explaining.router,
    orders.router,
    contacts.router,
    enrollments.router,
    codes.router,
    attributions.router,
    campaigns.router,
    rewards.router,
    imports.router,
    events.router,
):
    v1.add_router("", router)

_json, _page = docs.views(lambda: document(v1, PREFIX))
urlpatterns = [
    path("v1/openapi.json", _json, name="api_document"),
    path("v1/docs", _page, name="api_docs"),
    path("v1/", include((build(v1), "api"))),
    path("v2/<str:username>/<str:token>/json/<path:method>", old.answer, name="api_v2"),
]
