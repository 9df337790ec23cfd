"""The lists of contacts, advocates, coupon codes and attributions."""

from core.listing.declaration import Listing, Tab
from referrals import queries, tables
from referrals.attributions import queries as of_attributions
from referrals.attributions.filters import AttributionFilters
from referrals.attributions.tables import AttributionTable
from referrals.attributions.tables import opens as opens_attribution
from referrals.filters import ContactFilters, CouponFilters, EnrollmentFilters
from referrals.models import Contact

CONTACTS = Listing(
    name="contacts",
    noun="contacts",
    title="Contacts",
    singular="contact",
    plural="contacts",
    table=tables.ContactTable,
    filters=ContactFilters,
    rows=queries.contacts_visible_to,
    usual=queries.unmerged,
    tie=("id",),
    default_sort="-added",
    name_field="label",
    opens=tables.opens_contact,
    tabs=(
        Tab("all", "All", ""),
        *(Tab(value, label, f"status={value}") for value, label in Contact.Status.choices),
        Tab("flagged", "Flagged", "flagged=yes"),
    ),
    search=queries.search_contacts,
    search_hint="Search by name, e-mail or uid",
    body_template="contacts/list_body.html",
)

ADVOCATES = Listing(
    name="advocates",
    noun="contacts",
    title="Advocates",
    singular="advocate",
    plural="advocates",
    table=tables.EnrollmentTable,
    filters=EnrollmentFilters,
    rows=queries.enrollments_visible_to,
    tie=("enrolled_at", "id"),
    default_sort="-enrolled",
    name_field="contact__label",
    opens=tables.opens_enrollment,
    tabs=(
        Tab("all", "All", ""),
        Tab("active", "Active", "active=yes"),
        Tab("inactive", "Inactive", "active=no"),
    ),
    search=queries.search_enrollments,
    search_hint="Search by name, e-mail, code",
    body_template="advocates/list_body.html",
)

COUPONS = Listing(
    name="coupons",
    noun="contacts",
    title="Coupon codes",
    singular="coupon code",
    plural="coupon codes",
    table=tables.CouponTable,
    filters=CouponFilters,
    rows=queries.coupons_visible_to,
    tie=("created_at", "id"),
    default_sort="-added",
    name_field="code",
    opens=tables.opens_coupon,
    tabs=(
        Tab("all", "All", ""),
        Tab("active", "In use", "active=yes"),
        Tab("disabled", "Disabled", "active=no"),
    ),
    search=queries.search_coupons,
    search_hint="Search by code or advocate",
    body_template="coupons/list_body.html",
)

ATTRIBUTIONS = Listing(
    name="attributions",
    noun="attributions",
    title="Referral attributions",
    singular="attribution",
    plural="attributions",
    table=AttributionTable,
    filters=AttributionFilters,
    rows=queries.attributions_visible_to,
    tie=("referred_at", "id"),
    default_sort="-referred",
    name_field="contact__label",
    opens=opens_attribution,
    tabs=(
        Tab("all", "All", ""),
        Tab("active", "Active", "active=yes"),
        Tab("inactive", "Inactive", "active=no"),
        Tab("flagged", "Flagged", "flagged=yes"),
    ),
    search=of_attributions.search,
    search_hint="Search by either of the two",
    body_template="attributions/list_body.html",
)
