"""Who may read, over real sockets: by the token, by a cookie for it, by a name that is ours."""

import os
import threading
import time
from pathlib import Path
from urllib.parse import urlencode

import pytest
from structlog.testing import capture_logs

from autoscaler.config import HttpSettings
from tests.contract.autoscaler.web.conftest import TOKEN, Web, Webs
from tests.web_client import Answer, Listening, ask

STATUS = "/api/v1/status"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
WRONG = {"Authorization": "Bearer nope"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def sign_in(address: str, token: str = TOKEN) -> Answer:
    """As the form does."""
    return ask(address, "/sign-in", "POST", headers=FORM, body=urlencode({"token": token}))


def cookie_of(answer: Answer) -> dict[str, str]:
    """What a browser sends from then on."""
    return {"Cookie": answer.headers["set-cookie"].partition(";")[0]}


def replaced(path: Path, content: str) -> None:
    """As those who are careful replace a file."""
    new = path.with_suffix(".new")
    new.write_text(content)
    new.replace(path)


class TestToken:
    """The header that machines show."""

    @pytest.mark.parametrize("path", [STATUS, "/api/v1/nodes", "/api/v1/openapi.json", "/metrics"])
    def test_none_and_a_wrong_one_are_refused_and_the_right_one_lets_in(
        self, guarded: Web, path: str
    ) -> None:
        none, wrong = ask(guarded.address, path), ask(guarded.address, path, headers=WRONG)
        assert (none.status, wrong.status) == (401, 401)
        assert none.headers["www-authenticate"] == 'Bearer realm="autoscaler"'
        assert ask(guarded.address, path, headers=BEARER).status == 200

    def test_refusals_say_what_to_show_and_never_what_is_right(self, guarded: Web) -> None:
        none = ask(guarded.address, STATUS)
        wrong = ask(guarded.address, STATUS, headers=WRONG)
        assert none.json()["error"] == "a token is needed"
        assert "/sign-in" in none.json()["mend"]
        assert wrong.json()["error"] == "the token is wrong"
        assert TOKEN.encode() not in none.body + wrong.body

    def test_another_scheme_and_a_token_in_the_url_are_no_token(self, guarded: Web) -> None:
        basic = ask(guarded.address, STATUS, headers={"Authorization": f"Basic {TOKEN}"})
        url = ask(guarded.address, f"{STATUS}?token={TOKEN}&access_token={TOKEN}")
        assert (basic.status, url.status) == (401, 401)

    def test_the_name_of_the_scheme_is_read_in_any_case(self, guarded: Web) -> None:
        headers = {"Authorization": f"bEARER  {TOKEN} "}
        assert ask(guarded.address, STATUS, headers=headers).status == 200

    def test_the_stream_needs_it_too(self, guarded: Web) -> None:
        with Listening(guarded.address) as refused, Listening(guarded.address, BEARER) as let_in:
            assert refused.status == 401
            assert let_in.status == 200
            let_in.status_event()

    def test_a_new_one_is_seen_without_being_told_and_the_old_one_is_none_any_more(
        self, guarded: Web, token_file: Path
    ) -> None:
        assert ask(guarded.address, STATUS, headers=BEARER).status == 200
        replaced(token_file, "another-token-altogether\n")
        new = {"Authorization": "Bearer another-token-altogether"}
        assert ask(guarded.address, STATUS, headers=new).status == 200
        assert ask(guarded.address, STATUS, headers=BEARER).status == 401

    @pytest.mark.parametrize("content", ["", " \n", None])
    def test_where_it_cannot_be_read_nobody_is_let_in_and_an_alarm_stands_until_it_can(
        self, guarded: Web, token_file: Path, content: str | None
    ) -> None:
        if content is None:
            token_file.unlink()
        else:
            replaced(token_file, content)
        for headers in (BEARER, WRONG, {"Authorization": "Bearer "}):
            answer = ask(guarded.address, STATUS, headers=headers)
            assert answer.status == 503
            assert answer.json()["error"] == "the token cannot be read"
        (alarm,) = guarded.alarms.standing()
        assert alarm.code == "http.token_unreadable"
        assert str(token_file) in alarm.what
        assert ask(guarded.address, "/healthz").status == 200

        replaced(token_file, TOKEN)
        assert ask(guarded.address, STATUS, headers=BEARER).status == 200
        assert guarded.alarms.standing() == ()

    def test_where_none_is_asked_for_whatever_is_shown_is_not_looked_at(self, web: Web) -> None:
        assert ask(web.address, STATUS, headers=WRONG).status == 200


class TestSession:
    """The cookie that browsers get."""

    def test_the_page_leads_to_the_form_and_the_form_to_the_page(self, guarded: Web) -> None:
        page = ask(guarded.address, "/")
        assert (page.status, page.headers["location"]) == (303, "/sign-in")
        form = ask(guarded.address, "/sign-in")
        assert form.status == 200
        assert b'<label for="token">' in form.body
        assert ask(guarded.address, "/sign-in.css").headers["content-type"].startswith("text/css")

        entered = sign_in(guarded.address)
        assert (entered.status, entered.headers["location"]) == (303, "/")
        signed_in = cookie_of(entered)
        assert ask(guarded.address, "/", headers=signed_in).status == 200
        assert ask(guarded.address, STATUS, headers=signed_in).status == 200
        assert ask(guarded.address, "/sign-in", headers=signed_in).headers["location"] == "/"

    def test_its_cookie_is_no_token_and_is_kept_from_scripts_and_other_sites(
        self, guarded: Web
    ) -> None:
        cookie = sign_in(guarded.address).headers["set-cookie"]
        port = guarded.address.rpartition(":")[2]
        assert cookie.startswith(f"autoscaler_{port}=")
        assert TOKEN not in cookie
        for part in ("HttpOnly", "SameSite=strict", "Path=/", "Max-Age=43200"):
            assert part in cookie
        assert "Secure" not in cookie

    def test_a_wrong_token_opens_none_and_is_said_in_the_form(self, guarded: Web) -> None:
        answer = sign_in(guarded.address, "nope")
        assert answer.status == 401
        assert "set-cookie" not in answer.headers
        assert b'role="alert">That is not the token.' in answer.body

    def test_a_stream_can_be_listened_to_with_it(self, guarded: Web) -> None:
        with Listening(guarded.address, cookie_of(sign_in(guarded.address))) as stream:
            assert stream.status_event()["pools"]

    def test_ends_after_twelve_hours(self, guarded: Web) -> None:
        signed_in = cookie_of(sign_in(guarded.address))
        guarded.clock.advance(12 * 3600 - 1)
        assert ask(guarded.address, STATUS, headers=signed_in).status == 200
        guarded.clock.advance(1)
        assert ask(guarded.address, STATUS, headers=signed_in).status == 401

    def test_ends_when_they_sign_out(self, guarded: Web) -> None:
        signed_in = cookie_of(sign_in(guarded.address))
        left = ask(guarded.address, "/sign-out", "POST", headers=signed_in)
        assert (left.status, left.headers["location"]) == (303, "/sign-in")
        assert "Max-Age=0" in left.headers["set-cookie"]
        assert ask(guarded.address, STATUS, headers=signed_in).status == 401

    def test_ends_with_the_token_that_it_was_opened_with(
        self, guarded: Web, token_file: Path
    ) -> None:
        signed_in = cookie_of(sign_in(guarded.address))
        replaced(token_file, "another-token-altogether")
        assert ask(guarded.address, STATUS, headers=signed_in).status == 401

    def test_a_made_up_one_is_refused(self, guarded: Web) -> None:
        port = guarded.address.rpartition(":")[2]
        for made_up in ("", "x", TOKEN):
            headers = {"Cookie": f"autoscaler_{port}={made_up}"}
            assert ask(guarded.address, STATUS, headers=headers).status == 401

    def test_a_browser_that_comes_by_a_link_is_asked_again_by_our_own_page(
        self, guarded: Web
    ) -> None:
        linked = ask(guarded.address, "/", headers={"Sec-Fetch-Site": "cross-site"})
        assert linked.status == 200
        assert b'http-equiv="refresh" content="0; url=/"' in linked.body

    def test_what_is_no_form_is_refused(self, guarded: Web) -> None:
        for body in ("", "tok=x", "x" * 20_000):
            answer = ask(guarded.address, "/sign-in", "POST", headers=FORM, body=body)
            assert answer.status == 400

    def test_where_no_token_is_asked_for_there_is_nothing_to_sign_in_to(self, web: Web) -> None:
        assert ask(web.address, "/sign-in").headers["location"] == "/"


class TestGuessing:
    """It is slow, and it is told."""

    def test_a_wrong_token_is_held_and_logged_without_it(self, guarded: Web) -> None:
        with capture_logs() as lines:
            began = time.monotonic()
            sign_in(guarded.address, "guess-number-one")
            assert time.monotonic() - began >= 1
        (line,) = lines
        assert line["event"] == "http.token_refused"
        assert line["log_level"] == "info"
        assert (line["peer"], line["path"]) == ("127.0.0.1", "/sign-in")
        assert "guess-number-one" not in str(line)

    def test_of_many_at_once_most_are_not_looked_at_and_those_who_have_signed_in_go_on(
        self, guarded: Web
    ) -> None:
        signed_in = cookie_of(sign_in(guarded.address))
        statuses: list[int] = []
        guesses = [
            threading.Thread(
                target=lambda: statuses.append(ask(guarded.address, STATUS, headers=WRONG).status)
            )
            for _ in range(30)
        ]
        for guess in guesses:
            guess.start()
        assert ask(guarded.address, STATUS, headers=signed_in).status == 200
        for guess in guesses:
            guess.join()
        assert sorted(statuses) == [401] * 10 + [429] * 20


class TestHost:
    """The name that is asked for."""

    @pytest.mark.parametrize(
        "host", ["127.0.0.1", "localhost:9646", "LOCALHOST.", "[::1]:1", "127.0.0.1:80"]
    )
    def test_ours_are_served(self, web: Web, host: str) -> None:
        assert ask(web.address, STATUS, headers={"Host": host}).status == 200

    @pytest.mark.parametrize(
        "host", ["evil.example", "127.0.0.1.evil.example", "10.0.0.1", "localhost/healthz?", "a b"]
    )
    def test_others_are_refused_with_the_mend(self, web: Web, host: str) -> None:
        answer = ask(web.address, STATUS, headers={"Host": host})
        assert answer.status in (400, 421)
        if answer.status == 421:
            assert "http.hosts" in answer.json()["mend"]

    def test_those_of_the_configuration_are_served(self, serve: Webs) -> None:
        web = serve(HttpSettings(listen="127.0.0.1:0", hosts=("autoscaler.internal",)))
        headers = {"Host": "Autoscaler.internal:443"}
        assert ask(web.address, STATUS, headers=headers).status == 200

    def test_a_host_with_a_path_does_not_get_around_the_token(self, guarded: Web) -> None:
        for host in ("localhost/healthz?", "localhost/sign-in#", "localhost\\healthz"):
            assert ask(guarded.address, STATUS, headers={"Host": host}).status != 200

    def test_health_is_told_by_any_name(self, web: Web) -> None:
        assert ask(web.address, "/healthz", headers={"Host": "10.1.2.3:9646"}).status == 200


class TestHealth:
    """What supervisors ask."""

    @pytest.mark.parametrize(
        ("alive", "ready", "expected"),
        [(True, True, (200, 200)), (True, False, (200, 503)), (False, True, (503, 503))],
    )
    def test_is_told_by_the_code(
        self, web: Web, alive: bool, ready: bool, expected: tuple[int, int]
    ) -> None:
        web.board.set_health(alive=alive, ready=ready, detail="Nomad does not answer")
        healthz, readyz = ask(web.address, "/healthz"), ask(web.address, "/readyz")
        assert (healthz.status, readyz.status) == expected
        assert readyz.json() == {"ok": expected[1] == 200, "detail": "Nomad does not answer"}
        assert b"\n" not in healthz.body

    def test_needs_no_token_and_tells_details_only_to_those_who_have_it(self, guarded: Web) -> None:
        guarded.board.set_health(ready=False, detail="https://nomad.internal does not answer")
        told = ask(guarded.address, "/readyz", headers=cookie_of(sign_in(guarded.address)))
        kept = ask(guarded.address, "/readyz")
        assert told.json()["detail"] == "https://nomad.internal does not answer"
        assert (kept.status, kept.json()["detail"]) == (503, "")


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every file")
def test_a_token_file_of_somebody_elses_is_said_to_be(serve: Webs, token_file: Path) -> None:
    token_file.chmod(0)
    web = serve(HttpSettings(listen="127.0.0.1:0", token_file=str(token_file)))
    (alarm,) = web.alarms.standing()
    assert "Permission denied" in alarm.what
