"""A campaign's rules: their panel on its page, drafting, publishing, stopping."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from campaigns.access import visible_to as campaigns_visible_to
from core.accounts.permissions import may, requires
from core.events.log import actor_for, history
from rewards import catching_up, jobs, queries, ruling
from rewards.describing import described, headline
from rewards.forms import NewRuleForm, RuleForm
from rewards.models import Reward, Rule, RuleVersion
from rewards.views.rewards import MOST_EVENTS, SOURCE
from rewards.words import in_words

METHODS = ["GET", "HEAD", "POST"]


@requires("rewards:read")
@require_safe
def of_campaign(request: HttpRequest, pk: int) -> HttpResponse:
    """The panel on the campaign's page."""
    campaign = get_object_or_404(campaigns_visible_to(request.user), pk=pk)
    rules = campaign.rules.prefetch_related("versions").order_by("pk")
    context = {
        "campaign": campaign,
        "rules": [(rule, *_state(rule)) for rule in rules],
        "totals": queries.totals(Reward.objects.filter(campaign=campaign)) or (),
        "may_write": may(request.user, "rewards:write"),
        "in_page": "HX-Request" in request.headers,
    }
    return render(request, "rewards/of_campaign.html", context)


@requires("rewards:read")
@require_safe
def show(request: HttpRequest, pk: int) -> HttpResponse:
    rule = _rule(request, pk)
    versions = list(rule.versions.order_by("-number"))
    context = {
        "rule": rule,
        "versions": [(version, described(version)) for version in versions],
        "draft": next((version for version in versions if version.is_draft), None),
        "is_published": any(not version.is_draft for version in versions),
        "totals": queries.totals(Reward.objects.filter(rule=rule)) or (),
        "earlier": catching_up.waiting(rule.campaign_id) if rule.stopped_at is None else 0,
        "events": in_words(history("rule", [pk])[:MOST_EVENTS]),
        "may_write": may(request.user, "rewards:write"),
    }
    return render(request, "rewards/rule.html", context)


@requires("rewards:write")
@require_http_methods(METHODS)
def add(request: HttpRequest, campaign_pk: int) -> HttpResponse:
    campaign = get_object_or_404(campaigns_visible_to(request.user), pk=campaign_pk)
    data = request.POST if request.method == "POST" else None
    draft = RuleVersion(number=1, currency=campaign.currency)
    form = NewRuleForm(data, instance=draft, campaign=campaign)
    if request.method == "POST" and form.is_valid():
        facts = form.cleaned_data
        try:
            rule = ruling.create(
                campaign,
                facts["name"],
                facts["recipient"],
                form.said,
                by=actor_for(request.user),
                source=SOURCE,
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, "The rule is a draft. It earns nothing until you publish it.")
            return redirect("rewards:rule", rule.pk)
    return _form(request, form, campaign, None)


@requires("rewards:write")
@require_http_methods(METHODS)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    rule = _rule(request, pk)
    data = request.POST if request.method == "POST" else None
    form = RuleForm(data, instance=ruling.draft_of(rule), campaign=rule.campaign, name=rule.name)
    if request.method == "POST" and form.is_valid():
        try:
            ruling.save_draft(
                pk, form.cleaned_data["name"], form.said, by=actor_for(request.user), source=SOURCE
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, "The draft is kept. What is published goes on until you publish this.")
            return redirect("rewards:rule", pk)
    return _form(request, form, rule.campaign, rule)


@requires("rewards:write")
@require_POST
def publish(request: HttpRequest, pk: int) -> HttpResponse:
    return _do(request, pk, ruling.publish, "The rule is published. What was earned stays as it was.")


@requires("rewards:write")
@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    return _do(request, pk, ruling.discard, "The draft is gone.")


@requires("rewards:write")
@require_POST
def stop(request: HttpRequest, pk: int) -> HttpResponse:
    return _do(request, pk, ruling.stop, "The rule is stopped. What was earned stays.")


@requires("rewards:write")
@require_POST
def catch_up(request: HttpRequest, pk: int) -> HttpResponse:
    """Orders that came before the rule was published earn by it, in the background."""
    rule = _rule(request, pk)
    assert request.user.pk is not None
    jobs.catch_up.configure(lock=f"rewards-catch-up-{rule.campaign_id}").defer(
        campaign_id=rule.campaign_id, user_id=request.user.pk
    )
    messages.success(request, "Earlier orders are being gone through in the background.")
    return redirect("rewards:rule", pk)


def _do(request: HttpRequest, pk: int, act: Callable[..., Any], done: str) -> HttpResponse:
    _rule(request, pk)
    try:
        act(pk, by=actor_for(request.user), source=SOURCE)
    except ruling.RuleRefused as refused:
        messages.error(request, str(refused))
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
    else:
        messages.success(request, done)
    return redirect("rewards:rule", pk)


def _state(rule: Rule) -> tuple[str, str, str]:
    """The rule's headline, its state in a word, and that word's tone."""
    published = [version for version in rule.versions.all() if not version.is_draft]
    latest = max(published or rule.versions.all(), key=lambda version: version.number)
    if rule.stopped_at is not None:
        return headline(latest), "Stopped", "plain"
    if not published:
        return headline(latest), "Draft", ""
    return headline(latest), f"Version {latest.number}", "good"


def _form(request: HttpRequest, form: Any, campaign: Any, rule: Rule | None) -> HttpResponse:
    said = form.instance
    limits = ("minimum", "order_limit", "advocate_limit", "customer_limit", "budget", "starts_at")
    has_more = any(getattr(said, name) is not None for name in limits)
    context = {
        "form": form,
        "campaign": campaign,
        "rule": rule,
        "has_more": bool(has_more or said.ladder or said.conditions or form.errors),
    }
    return render(request, "rewards/rule_form.html", context, status=422 if form.errors else 200)


def _rule(request: HttpRequest, pk: int) -> Rule:
    return get_object_or_404(queries.rules_visible_to(request.user).select_related("campaign"), pk=pk)
