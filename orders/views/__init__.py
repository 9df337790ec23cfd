"""The screens of orders."""
