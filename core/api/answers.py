"""Values as they stand in JSON, the same at every address."""

import datetime as dt


def moment(value: dt.datetime | None) -> str | None:
    """ISO 8601 with the offset."""
    return None if value is None else value.isoformat()
