"""Audience Activity › Clicks: who came through which share link, and what is known of them since."""
