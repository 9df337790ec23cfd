"""The screens of rewards."""
