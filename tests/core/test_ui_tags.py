"""The small pieces of a screen, as the templates call them."""

import datetime as dt
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django import forms
from django.template import Context, Template
from django.utils import timezone
from django.utils.safestring import mark_safe
from django_cotton.compiler_regex import CottonCompiler

from core.templatetags import ui

NOON = dt.datetime(2025, 11, 21, 12, 30, tzinfo=dt.UTC)


class Refund(forms.Form):
    amount = forms.DecimalField(help_text="Not more than was paid.")
    note = forms.CharField(required=False)
    notify = forms.BooleanField(required=False)


def drawn(source: str, **values: object) -> str:
    return Template(CottonCompiler().process(source)).render(Context(values))


def test_money_is_grouped_and_has_the_currencys_own_decimals() -> None:
    assert (
        _money("1234.5", "USD")
        == '<span class="a-money">1,234.50 <span class="a-money__cur">USD</span></span>'
    )
    assert ">1,235 <" in _money("1235.0000", "JPY")
    assert ">0.125 <" in _money("0.125", "KWD")
    assert drawn("{% money nothing 'USD' %}", nothing=None) == '<span class="a-mute">–</span>'


@pytest.mark.parametrize("source", ["{% tag name %}", "{% face name %}", "{% who name %}"])
def test_text_from_outside_is_escaped(source: str) -> None:
    assert "<b>" not in drawn(source, name="<b>Tom</b>")
    assert "&lt;" in drawn(source, name="<b>Tom</b>")


def test_what_is_html_already_stays_so() -> None:
    assert "<i>kept</i>" in drawn("{% tag name %}", name=mark_safe("<i>kept</i>"))


def test_a_moment_is_shown_in_the_programs_time_zone() -> None:
    with timezone.override(ZoneInfo("Asia/Tokyo")):
        assert drawn("{{ at|moment }}", at=NOON) == (
            '<time datetime="2025-11-21T12:30:00+00:00">21 Nov 2025, 21:30</time>'
        )
        assert "<b>21 Nov 2025</b><span>21:30</span>" in drawn("{{ at|stamp }}", at=NOON)
    with timezone.override(ZoneInfo("Pacific/Auckland")):
        assert drawn("{{ at|day }}", at=NOON) == "22 Nov 2025"


def test_a_day_of_this_year_needs_no_year() -> None:
    this_year = timezone.localdate().replace(month=3, day=1)
    assert drawn("{{ day|day }}", day=this_year) == "1 Mar"
    assert (
        drawn("{{ day|day }}", day=this_year.replace(year=this_year.year - 1))
        == f"1 Mar {this_year.year - 1}"
    )


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (10, "just now"),
        (-10, "just now"),
        (60, "1 minute ago"),
        (59 * 60, "59 minutes ago"),
        (59 * 60 + 45, "1 hour ago"),
        (23 * 3600, "23 hours ago"),
        (25 * 3600, "1 day ago"),
        (-3 * 86_400, "in 3 days"),
        (40 * 86_400, "12 Oct 2025"),
    ],
)
def test_times_near_now_are_told_by_their_distance(seconds: int, words: str) -> None:
    assert ui.ago(NOON - dt.timedelta(seconds=seconds), NOON) == words


def test_missing_times_say_so() -> None:
    assert [drawn(f"{{{{ none|{name} }}}}", none=None) for name in ("when", "moment", "day")] == [
        '<span class="a-mute">never</span>',
        '<span class="a-mute">–</span>',
        "–",
    ]


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Ines Brandt", "IB"),
        ("Anna Maria von Stein", "AS"),
        ("Cher", "C"),
        ("tom@example.com", "T"),
        ("", "?"),
        ("@", "?"),
        ("🙂 Smile", "🙂S"),
    ],
)
def test_initials(name: str, letters: str) -> None:
    assert ui.initials(name) == letters


def test_a_face_keeps_its_colour_whatever_the_case() -> None:
    assert ui.hue("Ines Brandt") == ui.hue(" ines brandt ")
    assert 0 <= ui.hue("Tom Becker") < ui.HUES


def test_a_misspelt_icon_or_tone_is_told_at_once() -> None:
    with pytest.raises(ValueError, match="There is no icon 'hause'"):
        drawn("{% icon 'hause' %}")
    with pytest.raises(ValueError, match="not 'green'"):
        drawn("{% tag 'Paid' 'green' %}")


def test_a_field_tells_its_errors_and_help_to_assistive_technology() -> None:
    form = Refund({"amount": "much"})
    page = drawn('<c-field :field="form.amount" />', form=form)
    assert '<label for="id_amount">Amount</label>' in page
    assert 'aria-describedby="id_amount_helptext id_amount_error"' in page
    assert 'aria-invalid="true"' in page
    assert '<div class="helptext" id="id_amount_helptext">Not more than was paid.</div>' in page
    assert '<ul class="errorlist" id="id_amount_error"><li>Enter a number.</li></ul>' in page


def test_an_optional_field_says_so_and_a_check_box_stands_before_its_label() -> None:
    form = Refund()
    note = drawn('<c-field :field="form.note" />', form=form)
    assert '>Note <span class="a-field__opt">optional</span></label>' in note
    box = drawn('<c-field :field="form.notify" />', form=form)
    assert box.index("<input") < box.index("<label")
    assert "optional" not in box


def test_a_refused_form_says_above_that_something_is_wrong() -> None:
    page = drawn('<c-form :form="form" send="Refund" back="/orders/" />', form=Refund({"amount": "much"}))
    assert 'class="a-note a-note--bad ' in page
    assert 'role="alert"' in page
    assert "Some fields need another look. What you wrote is kept." in page
    assert 'value="much"' in page
    assert 'role="alert"' not in drawn('<c-form :form="form" />', form=Refund())


def _money(amount: str, currency: str) -> str:
    return drawn("{% money amount currency %}", amount=Decimal(amount), currency=currency)
