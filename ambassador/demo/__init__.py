"""A made-up program: a shop, its people and a year of its orders, the same for the same seed."""
