"""Orders for programs: recorded, read, changed and taken back."""
