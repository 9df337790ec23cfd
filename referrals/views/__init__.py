"""The screens of contacts, advocates and codes."""
