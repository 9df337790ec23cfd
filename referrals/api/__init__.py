"""Contacts, advocates, codes and attributions for programs."""
