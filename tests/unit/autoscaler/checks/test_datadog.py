"""Who takes the metrics, judged."""

import pytest

from autoscaler.checks.datadog import ApiFacts, StatsdFacts, api_url, judge_api, judge_statsd

URL = "https://api.datadoghq.eu"


@pytest.mark.parametrize(
    ("facts", "verdict"),
    [
        (None, "ok"),
        (StatsdFacts("127.0.0.1:8125", "listening"), "ok"),
        (StatsdFacts("127.0.0.1:8125", "silent"), "wrong"),
        (StatsdFacts("agent:8125", "untold"), "unknown"),
        (StatsdFacts("unix:///run/dsd", "broken", "No such file or directory"), "wrong"),
    ],
)
def test_an_agent_that_does_not_listen_is_wrong(facts: StatsdFacts | None, verdict: str) -> None:
    assert [one.verdict for one in judge_statsd(facts)] == [verdict]


@pytest.mark.parametrize(
    ("facts", "verdicts"),
    [
        (None, []),
        (ApiFacts(URL, key_given=False), ["wrong"]),
        (ApiFacts(URL, key_given=True, status=200), ["ok"]),
        (ApiFacts(URL, key_given=True, status=403), ["wrong"]),
        (ApiFacts(URL, key_given=True, status=500), ["wrong"]),
        (ApiFacts(URL, key_given=True, detail="ConnectionError"), ["wrong"]),
    ],
)
def test_an_api_that_does_not_know_the_key_is_wrong(
    facts: ApiFacts | None, verdicts: list[str]
) -> None:
    assert [one.verdict for one in judge_api(facts)] == verdicts


@pytest.mark.parametrize(
    ("site", "environment", "url"),
    [
        (None, {}, "https://api.datadoghq.com"),
        (None, {"DD_SITE": "datadoghq.eu"}, "https://api.datadoghq.eu"),
        ("ddog-gov.com", {"DD_SITE": "datadoghq.eu"}, "https://api.ddog-gov.com"),
    ],
)
def test_the_site_comes_from_the_configuration_then_the_environment(
    site: str | None, environment: dict[str, str], url: str
) -> None:
    assert api_url(site, environment) == url
