"""Everything that runs, under one supervisor: database, web, background worker."""
