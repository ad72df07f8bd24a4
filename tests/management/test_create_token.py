"""`manage.py create_token`: prints the token and nothing else."""

import re

import pytest
from django.contrib.auth import get_user_model

from clusters.models import ApiToken


@pytest.fixture(autouse=True)
def _ann(db):
    get_user_model().objects.create_user("ann", password="a long enough one")


def test_the_token_and_nothing_else_is_printed(manage):
    done = manage("create_token", "--user", "ann", "--name", "ci")
    assert re.fullmatch(r"pnl_\w+\n", done.out)
    assert (done.code, done.err) == (0, "")


def test_it_opens_the_door(manage, client):
    token = manage("create_token", "--user", "ann", "--name", "ci").out.strip()
    headers = {"Authorization": f"Bearer {token}"}
    assert client.get("/api/v1/clusters/", headers=headers).status_code == 200


def test_it_ends_after_the_days_that_were_asked_for(manage):
    manage("create_token", "--user", "ann", "--name", "ci", "--days", "7")
    token = ApiToken.objects.get()
    assert (token.name, round((token.expiry - token.created).total_seconds())) == (
        "ci",
        7 * 86400,
    )


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["--user", "nobody", "--name", "ci"], "There is no active user nobody."),
        (
            ["--user", "ann", "--name", "ci", "--days", "0"],
            "days: Choose from 1 to 365",
        ),
        (["--user", "ann", "--name", "ci", "--days", "400"], "days: Choose from 1"),
        (["--user", "ann", "--name", ""], "name: Use 1 to 60 letters."),
        (["--user", "ann", "--name", "x" * 61], "name: Use 1 to 60 letters."),
    ],
)
def test_bad_input_makes_no_token(manage, words, complaint):
    done = manage("create_token", *words)
    assert (done.code, done.out) == (2, "")
    assert complaint in done.err
    assert not ApiToken.objects.exists()


def test_for_programs_it_is_json(manage):
    answer = manage("create_token", "--user", "ann", "--name", "ci", "--json").json()
    assert answer["token"].startswith("pnl_")
    assert (answer["user"], answer["name"]) == ("ann", "ci")
