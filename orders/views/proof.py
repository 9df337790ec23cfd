"""Settings › Proof: whether every decision is as it was when it was made."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe
from procrastinate.exceptions import AlreadyEnqueued

from core.accounts.permissions import may, requires
from orders import proof
from orders.jobs import check_proof
from orders.models import ProofCheck, Seal

# Up to so many links are gone through while the person waits.
FEW = 20_000
CHECKS = 10


@requires("settings:read")
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    last = Seal.objects.order_by("-number").first()
    checks = list(ProofCheck.objects.select_related("order").order_by("-pk")[:CHECKS])
    context = {
        "last": last,
        "head": str(last) if last else "",
        "waiting": proof.waiting(),
        "checks": checks,
        "latest": checks[0] if checks else None,
        "may_check": may(request.user, "settings:manage"),
    }
    return render(request, "orders/proof.html", context)


@requires("settings:manage")
@require_POST
def check(request: HttpRequest) -> HttpResponse:
    last = Seal.objects.order_by("-number").first()
    if last is not None and last.number > FEW:
        try:
            with transaction.atomic():
                check_proof.defer()
        except AlreadyEnqueued:
            pass
        messages.success(request, "It is being checked in the background. Look again in a while.")
        return redirect("orders:proof")
    proof.seal_all()
    found = proof.check_and_keep()
    if found.broken:
        messages.error(request, found.broken)
    else:
        messages.success(request, f"All {found.links:,} links hold.")
    return redirect("orders:proof")
