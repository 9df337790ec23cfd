"""Addresses of rewards, their rules and their payouts."""

from django.urls import include, path

from core.listing.views import listing_urls
from rewards.views import review, rewards, rules
from rewards.views.listing import REWARDS

app_name = "rewards"
urlpatterns = [
    path("rewards/", include(listing_urls(REWARDS))),
    path("rewards/review/", review.review, name="review"),
    path("rewards/<int:pk>/", rewards.show, name="show"),
    path("rewards/<int:pk>/move/", rewards.move, name="move"),
    path("rewards/of/<int:pk>/", rewards.of_order, name="of_order"),
    path("rewards/of-campaign/<int:pk>/", rules.of_campaign, name="of_campaign"),
    path("rewards/of-campaign/<int:campaign_pk>/new/", rules.add, name="rule_add"),
    path("rewards/rules/<int:pk>/", rules.show, name="rule"),
    path("rewards/rules/<int:pk>/edit/", rules.edit, name="rule_edit"),
    path("rewards/rules/<int:pk>/publish/", rules.publish, name="rule_publish"),
    path("rewards/rules/<int:pk>/discard/", rules.discard, name="rule_discard"),
    path("rewards/rules/<int:pk>/stop/", rules.stop, name="rule_stop"),
]
