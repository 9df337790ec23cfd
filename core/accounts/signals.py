"""What packages above may want to do when somebody gets a seat. Sent inside the writer's transaction."""

from django.dispatch import Signal

# invitation: Invitation, user: User. Whoever keeps limits of an invitation copies them to its user.
invitation_accepted = Signal()
