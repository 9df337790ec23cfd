"""Addresses of the frame itself."""

from django.urls import path

from core import theme

urlpatterns = [path("theme/", theme.choose, name="theme")]
