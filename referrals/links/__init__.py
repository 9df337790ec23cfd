"""Share links: where ``/r/CODE`` leads, who follows it, and the click that is kept of it."""
