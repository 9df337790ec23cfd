"""Addresses of team, invitations, API keys and one's own account."""

from django.urls import path

from core.team.views import api_keys, invitations, members

app_name = "team"
urlpatterns = [
    path("account/", members.profile, name="profile"),
    path("invitation/<str:token>/", invitations.accept, name="accept"),
    path("settings/team/", members.members, name="members"),
    path("settings/team/invite/", invitations.invite, name="invite"),
    path("settings/team/invitations/<int:pk>/withdraw/", invitations.withdraw, name="withdraw"),
    path("settings/team/<int:pk>/", members.member, name="member"),
    path("settings/team/<int:pk>/deactivate/", members.deactivate, name="deactivate"),
    path("settings/team/<int:pk>/reactivate/", members.reactivate, name="reactivate"),
    path("settings/team/<int:pk>/reset-link/", members.reset_link, name="reset_link"),
    path("settings/team/<int:pk>/second-factor/", members.forget_second_factor, name="forget_second_factor"),
    path("settings/api-keys/", api_keys.keys, name="keys"),
    path("settings/api-keys/new/", api_keys.make, name="key_new"),
    path("settings/api-keys/<int:pk>/", api_keys.key, name="key"),
    path("settings/api-keys/<int:pk>/revoke/", api_keys.revoke, name="revoke"),
]
