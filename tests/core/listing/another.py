"""A second list, of contacts: as small as a declaration gets, with addresses of its own."""

from html import escape

import django_tables2 as tables
from django.db.models import QuerySet
from django.urls import include, path

from ambassador.urls import urlpatterns as ours
from core.listing.columns import Column, Export
from core.listing.declaration import LISTINGS, Listing
from core.listing.facets import Choice
from core.listing.filters import ListFilters
from core.listing.sorting import Sort
from core.listing.views import listing_urls
from referrals.models import Contact


def everybody(who: object) -> QuerySet[Contact]:
    return Contact.objects.all()


class PeopleTable(tables.Table):
    name = Column(
        "Name",
        reads=("label",),
        draw=lambda pen, label: f'<a class="a-id">{escape(label)}</a>',
        sort=Sort("sort_key"),
        export=(Export("name", str),),
    )
    status = Column(
        "Status",
        reads=("status",),
        draw=lambda pen, status: pen.narrow(status, "status", status, status),
        export=(Export("status", str),),
    )


class PeopleFilters(ListFilters):
    status = Choice("Status", "status", Contact.Status.choices)


PEOPLE = Listing(
    name="people",
    noun="contacts",
    title="People",
    singular="person",
    plural="people",
    table=PeopleTable,
    filters=PeopleFilters,
    rows=everybody,
    tie=("id",),
    default_sort="name",
    name_field="label",
    opens=lambda pk: f"/people/{pk}/",
)
LISTINGS.pop("people")

urlpatterns = [*ours, path("people/", include((listing_urls(PEOPLE), "people")))]
