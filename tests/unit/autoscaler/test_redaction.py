"""Secrets are masked by their value, their name or their look; what is none is left alone."""

import pytest

from autoscaler.redaction import MASK, Redactor

TOKEN = "9d1c6d1e-5f0a-4b52-a3c8-0d6f2a1b7c44"


@pytest.mark.parametrize(
    "name",
    [
        "X-Nomad-Token",
        "nomad_token",
        "SessionToken",
        "Authorization",
        "Cookie",
        "DD-API-KEY",
        "api_key",
        "app_key",
        "aws_secret_access_key",
        "SecretAccessKey",
        "password",
    ],
)
def test_a_field_whose_name_says_so_is_masked_whatever_it_holds(name: str) -> None:
    fields = {name: "abc", "headers": {name: ["a", "b"]}}

    assert Redactor().fields(fields) == {name: MASK, "headers": {name: MASK}}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("token_file", "/etc/autoscaler/nomad-token"),
        ("secret_count", 3),
        ("token", None),
        ("has_token", True),
        ("tokens_per_second", 1.5),
        ("signatures", "two"),
    ],
)
def test_a_field_that_keeps_no_secret_is_left_alone(name: str, value: object) -> None:
    assert Redactor().fields({name: value}) == {name: value}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"X-Nomad-Token: {TOKEN}", f"X-Nomad-Token: {MASK}"),
        (f"{{'X-Nomad-Token': '{TOKEN}', 'n': 1}}", f"{{'X-Nomad-Token': '{MASK}', 'n': 1}}"),
        (f"Authorization: Bearer {TOKEN}", f"Authorization: {MASK}"),
        ("Authorization=Basic YWxhZGRpbjpvcGVu", f"Authorization={MASK}"),
        (
            "'Authorization': 'AWS4-HMAC-SHA256 Credential=AKIA/x, Signature=fe5f80', 'Host': 'h'",
            f"'Authorization': '{MASK}', 'Host': 'h'",
        ),
        ("aws_secret_access_key=wJalrXUtnFEMI/K7MDENG", f"aws_secret_access_key={MASK}"),
        ("GET /v1/series?api_key=0123456789abcdef&x=1", f"GET /v1/series?api_key={MASK}&x=1"),
        ("X-Amz-Signature=fe5f80f77d5fa3be&z=1", f"X-Amz-Signature={MASK}&z=1"),
        ("https://ops:hunter2@nomad:4646/v1", f"https://{MASK}@nomad:4646/v1"),
        ("proxy http://token-1234@proxy:3128", f"proxy http://{MASK}@proxy:3128"),
    ],
)
def test_a_text_that_looks_like_a_secret_loses_it(text: str, shown: str) -> None:
    assert Redactor().text(text) == shown
    assert Redactor().fields({"error": ["why", {"inner": text}]}) == {
        "error": ["why", {"inner": shown}]
    }


@pytest.mark.parametrize(
    "text",
    [
        "Nomad refuses GET /v1/node/n1: 403 ACL token: Permission denied",
        "ExpiredToken: The security token included in the request is expired",
        "give a token whose policy allows it (NOMAD_TOKEN or nomad.token_file)",
        "nomad.token_file: /etc/autoscaler/nomad-token: No such file or directory",
        "Nomad at http://127.0.0.1:4646: /v1/nodes: timed out",
        "mail ops@example.org, see https://example.org/@team",
        "12 pending, 12 would need 6 new nodes at 2 per node",
    ],
)
def test_a_text_without_one_stays_as_it_is(text: str) -> None:
    assert Redactor().text(text) == text


def test_a_known_secret_is_masked_wherever_and_however_it_is_written() -> None:
    secret = 'p@ss/w"ord'
    redactor = Redactor([secret, "", "short"])

    assert redactor.text(f"a {secret} b") == f"a {MASK} b"
    assert redactor.text("/v1?x=p%40ss%2Fw%22ord") == f"/v1?x={MASK}"
    assert redactor.fields({"body": {"who": f"<{secret}>"}}) == {"body": {"who": f"<{MASK}>"}}
    # Too short to be told from words.
    assert redactor.text("in short") == "in short"


def test_of_two_secrets_the_longer_is_masked_whole() -> None:
    assert Redactor(["abcdef", "abcdef-ghijkl"]).text("abcdef-ghijkl") == MASK


def test_an_object_is_shown_as_its_text_and_masked_in_that() -> None:
    error = ValueError(f"X-Nomad-Token: {TOKEN}")

    assert Redactor().fields({"error": error}) == {"error": f"ValueError('X-Nomad-Token: {MASK}')"}


def test_what_is_nested_without_end_is_cut_off_and_masked_all_the_same() -> None:
    endless: list[object] = ["known-secret"]
    endless.append(endless)

    shown = repr(Redactor(["known-secret"]).fields({"field": endless}))

    assert "known-secret" not in shown
