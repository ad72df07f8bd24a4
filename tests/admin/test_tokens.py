"""Tokens are shown once and revoked; never changed."""

import re

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from clusters.models import ApiToken

ADD = reverse("admin:clusters_apitoken_add")
LIST = reverse("admin:clusters_apitoken_changelist")


def made(page):
    return re.search(r'<pre id="token">(.*?)</pre>', page.html).group(1)


def test_a_new_token_is_shown_this_once_and_opens_the_door(root):
    page = root.post(ADD, user=root.user.pk, name="ci", days=30)
    plain = made(page)
    assert plain.startswith("pnl_")
    assert plain not in root.get(LIST).html
    caller = Client(headers={"Authorization": f"Bearer {plain}"})
    assert caller.get("/api/v1/clusters/").status_code == 200


def test_it_ends_after_the_days_that_were_chosen(root):
    root.post(ADD, user=root.user.pk, name="ci", days=30)
    token = ApiToken.objects.get()
    assert (token.expiry - token.created).days in {29, 30}


@pytest.mark.parametrize("days", ["0", "366", "x"])
def test_days_out_of_bounds_are_refused_at_their_field(root, days):
    assert root.post(ADD, user=root.user.pk, name="ci", days=days).error_at("days")
    assert not ApiToken.objects.exists()


def test_it_is_revoked_by_deleting_it(root):
    plain = made(root.post(ADD, user=root.user.pk, name="ci", days=30))
    root.act(LIST, "delete_selected", ApiToken.objects.get(), post="yes")
    caller = Client(headers={"Authorization": f"Bearer {plain}"})
    assert caller.get("/api/v1/clusters/").status_code == 401


def test_staff_make_tokens_of_their_own_only(staff, root):
    sam = staff("add_apitoken", "view_apitoken")
    page = sam.post(ADD, user=root.user.pk, name="mine", days=30)
    assert page.error_at("user")
    assert not ApiToken.objects.exists()
    assert made(sam.post(ADD, user=sam.user.pk, name="mine", days=30))


def test_a_user_who_may_not_log_in_gets_none(root):
    gone = get_user_model().objects.create_user("gone", is_active=False)
    assert root.post(ADD, user=gone.pk, name="x", days=30).error_at("user")


def test_a_user_goes_with_tokens_and_checks(root, hosts):
    from clusters.models import Check

    ann = get_user_model().objects.create_user("ann", password="a long enough one")
    root.post(ADD, user=ann.pk, name="ci", days=30)
    Check.objects.create(spec={"name": "a"}, actor=ann)
    page = root.post(reverse("admin:auth_user_delete", args=[ann.pk]), post="yes")
    assert page.leads_to
    assert not get_user_model().objects.filter(username="ann").exists()
    assert not ApiToken.objects.exists()
