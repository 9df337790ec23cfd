"""Addresses of rewards, their rules and their payouts."""

from django.urls import include, path

from core.listing.views import listing_urls
from rewards.views import corrections, payouts, review, rewards, rules, simulating, statements
from rewards.views.listing import REWARDS
from rewards.views.payouts import PAYOUTS

_rewards = [
    *listing_urls(REWARDS),
    path("review/", review.review, name="review"),
    path("<int:pk>/", rewards.show, name="show"),
    path("<int:pk>/move/", rewards.move, name="move"),
    path("<int:pk>/correct/", corrections.ask, name="correct"),
    path("corrections/<int:pk>/confirm/", corrections.confirm, name="correction_confirm"),
    path("corrections/<int:pk>/refuse/", corrections.refuse, name="correction_refuse"),
    path("policy/", corrections.policy, name="policy"),
    path("of/<int:pk>/", rewards.of_order, name="of_order"),
    path("of-campaign/<int:pk>/", rules.of_campaign, name="of_campaign"),
    path("of-campaign/<int:campaign_pk>/new/", rules.add, name="rule_add"),
    path("rules/<int:pk>/", rules.show, name="rule"),
    path("rules/<int:pk>/edit/", rules.edit, name="rule_edit"),
    path("rules/<int:pk>/publish/", rules.publish, name="rule_publish"),
    path("rules/<int:pk>/discard/", rules.discard, name="rule_discard"),
    path("rules/<int:pk>/simulate/", simulating.show, name="rule_simulate"),
    path("rules/<int:pk>/catch-up/", rules.catch_up, name="rule_catch_up"),
    path("rules/<int:pk>/stop/", rules.stop, name="rule_stop"),
]
_payouts = [
    *listing_urls(PAYOUTS),
    path("new/", payouts.new, name="new"),
    path("settle/", payouts.settle, name="settle"),
    path("periods/", statements.close, name="periods"),
    path("<int:pk>/", payouts.show, name="show"),
    path("<int:pk>/again/", payouts.again, name="again"),
    path("runs/<int:pk>/", payouts.run, name="run"),
    path("runs/<int:pk>/files/<str:kind>/", payouts.take_file, name="file"),
    path("statements/<int:pk>/", statements.statement, name="statement"),
]
urlpatterns = [
    path("rewards/", include((_rewards, "rewards"))),
    path("payouts/", include((_payouts, "payouts"))),
]
