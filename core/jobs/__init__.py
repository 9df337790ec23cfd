"""Background work out of PostgreSQL, by procrastinate: a job and its cause commit together."""
