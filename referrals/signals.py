"""What contacts tell the floors above them, inside the writer's transaction."""

from django.dispatch import Signal

# ``contact_ids`` and ``emails`` of one person, who is being erased: receivers blank what they keep of them.
contact_erased = Signal()
