"""Audience Activity › Referral attributions: who referred whom, apart from any single order."""
