"""The last decisions, told: equal holds folded, what was done told each time."""

from dataclasses import replace

from autoscaler.core.decision import Decision, Reason, Rule
from autoscaler.core.explaining_decisions import DecisionRecord, Deed, explain_decisions
from autoscaler.core.memory import Memory
from tests.builders import at

BOUGHT = Deed("set_desired_capacity", "set the desired capacity of g from 1 to 2", "applied")


def a_record(seconds: float, *rules: Rule, desired: int = 1, **changes: object) -> DecisionRecord:
    reasons = tuple(Reason(rule, f"{rule.value} at {seconds} s") for rule in rules)
    decision = Decision("transcode", 1, desired, reasons, Memory())
    record = DecisionRecord(at(seconds), f"c-{seconds}", "no_op", decision)
    return replace(record, **changes)  # type: ignore[arg-type]  # Fields by name, as replace takes.


def test_a_run_of_equal_holds_is_told_once_with_its_span_and_its_last_reasons():
    records = [a_record(seconds, Rule.QUIET) for seconds in (0, 60, 120)]

    (told,) = explain_decisions(records)

    assert (told.since, told.until, told.record_count) == (at(0), at(120), 3)
    assert told.explanation.code == "held"
    assert told.explanation.sentence == "desired stays at 1"
    assert [(one.code, one.sentence) for one in told.explanation.details] == [
        ("quiet", "quiet at 120 s")
    ]


def test_other_reasons_another_size_or_another_outcome_begin_anew():
    records = [
        a_record(0, Rule.QUIET),
        a_record(1, Rule.DEMAND),
        a_record(2, Rule.DEMAND, desired=2),
        a_record(3, Rule.DEMAND, desired=2, outcome="failed"),
        a_record(4, Rule.QUIET),
    ]

    assert [one.since for one in explain_decisions(records)] == [at(n) for n in range(5)]


def test_what_was_done_is_told_each_time():
    records = [a_record(n, Rule.DEMAND, desired=2, deeds=(BOUGHT,)) for n in range(2)]

    told = explain_decisions(records)

    assert [one.explanation.code for one in told] == ["acted", "acted"]
    assert told[0].explanation.sentence == "desired 1 → 2"
    assert told[0].explanation.details[-1].sentence == f"done: {BOUGHT.sentence}"


def test_what_failed_or_proved_needless_is_told_with_the_reason():
    failed = replace(BOUGHT, outcome="failed", detail="AWS denies it")
    needless = replace(BOUGHT, outcome="given_up", detail="work came")
    record = a_record(0, Rule.DEMAND, desired=2, deeds=(needless, failed), outcome="failed")

    (told,) = explain_decisions([record])

    assert told.explanation.code == "failed_cycle"
    assert told.explanation.sentence.endswith("the cycle failed")
    assert [(one.code, one.sentence.partition(":")[0]) for one in told.explanation.details[1:]] == [
        ("action", "not done"),
        ("action_failed", "failed"),
    ]
    assert told.explanation.details[-1].sentence.endswith("; AWS denies it")


def test_what_could_not_be_read_is_told():
    decision = Decision("transcode", None, None, (), Memory())
    record = a_record(0, decision=decision, missing=("group: throttled",), outcome="failed")

    (told,) = explain_decisions([record])

    assert told.explanation.sentence.startswith("the desired capacity is not known")
    assert told.explanation.details[0].sentence == "group: throttled"


def test_nothing_is_told_of_nothing():
    assert explain_decisions([]) == ()
