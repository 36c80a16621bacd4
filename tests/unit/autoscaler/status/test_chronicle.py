"""Which decisions are kept: those that were news, and those that changed something."""

from dataclasses import replace

from autoscaler.core.decision import InstanceRef, NodeRef
from autoscaler.core.plan import ExtendHook, Purge, SetDesiredCapacity, Terminate
from autoscaler.ports import ActionReport
from autoscaler.status.chronicle import Chronicle
from tests.builders import a_node, a_queue, an_observation, at
from tests.unit.autoscaler.status.cycles import a_report

BUY = ActionReport(SetDesiredCapacity("nomad-clients", 0, 2), "applied")
NODE = NodeRef("node-1", "n1", "i-1", "nomad-clients")


def a_quiet_report(seconds=0, *, pool="transcode", running=0, actions=()):
    """A cycle that held, or was made to act."""
    report = a_report(an_observation(a_node(1), queue=a_queue(0, running)))
    return replace(report, pool=pool, ended_at=at(seconds), actions=actions)


def kept(*reports):
    """A chronicle of these."""
    chronicle = Chronicle()
    for report in reports:
        chronicle.add(report)
    return chronicle


def test_what_says_the_same_as_before_is_no_news():
    chronicle = kept(a_quiet_report(0), a_quiet_report(10), a_quiet_report(20, running=1))

    assert [one.at for one in chronicle.news(None, 9)] == [at(20), at(0)]
    assert chronicle.changes == ()


def test_the_newest_come_first_of_one_pool_or_of_all():
    reports = [a_quiet_report(n, pool="ab"[n % 2], running=n) for n in range(6)]
    chronicle = kept(*reports)

    assert [one.at for one in chronicle.news(None, 3)] == [at(5), at(4), at(3)]
    assert [one.at for one in chronicle.news("a", 9)] == [at(4), at(2), at(0)]
    assert chronicle.news("neither", 9) == ()
    assert chronicle.news(None, -1) == ()


def test_what_changes_capacity_or_fails_is_a_change():
    failed = ActionReport(Purge(NODE), "failed", "403", "nomad")
    given_up = ActionReport(Terminate(NODE, "nomad-clients"), "given_up", "work came")
    chronicle = kept(
        a_quiet_report(0, actions=(BUY,)),
        a_quiet_report(1, actions=(failed,)),
        a_quiet_report(2, actions=(given_up,)),
    )

    assert [one.at for one in chronicle.changes] == [at(2), at(1), at(0)]


def test_heartbeats_and_tidying_are_none():
    heartbeat = ActionReport(ExtendHook(InstanceRef("i-1", "nomad-clients")), "applied")
    tidied = ActionReport(Purge(NODE), "applied")
    chronicle = kept(a_quiet_report(0, actions=(heartbeat,)), a_quiet_report(1, actions=(tidied,)))

    assert chronicle.changes == ()
    assert len(chronicle.news(None, 9)) == 2


def test_what_fails_again_and_again_in_the_same_way_is_told_once_as_of_last():
    failed = replace(BUY, outcome="failed", detail="AccessDenied", stage="aws")
    other = replace(failed, detail="Throttling")
    chronicle = kept(
        *(a_quiet_report(n, actions=(failed,)) for n in range(60)),
        a_quiet_report(60, actions=(other,)),
        a_quiet_report(61, pool="b", actions=(other,)),
    )

    assert [(one.at, one.pool) for one in chronicle.changes] == [
        (at(61), "b"),
        (at(60), "transcode"),
        (at(59), "transcode"),
    ]
    assert len(chronicle.news("transcode", 99)) == 2


def test_no_more_is_kept_than_anybody_looks_at():
    chronicle = kept(*(a_quiet_report(n, actions=(BUY,)) for n in range(600)))

    assert len(chronicle.changes) == 50
    assert len(chronicle.news("transcode", 9999)) == 500
    assert chronicle.news(None, 1)[0].at == at(599)
