"""What the program costs: each number beside the limit that the same machine sets in the same run.

A bench takes the number of orders to go up to and yields lines as it gets to know them. It works in a
database of its own, which is gone afterwards.
"""
