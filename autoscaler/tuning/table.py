"""
What was found, for people: the frontier as a table, and what follows from it in words.

Imports replay.table and the rest of tuning.
"""

from collections.abc import Iterator, Mapping, Sequence

from autoscaler.replay.table import aligned
from autoscaler.tuning.candidates import Candidate
from autoscaler.tuning.patch import nested, pasted
from autoscaler.tuning.recommendation import Recommendation
from autoscaler.tuning.robustness import COVERED, RESAMPLES, Interval, Robustness
from autoscaler.tuning.session import Findings
from autoscaler.tuning.target import Target
from autoscaler.tuning.trial import STRETCHES, Trial

_NONE = "-"


def told(findings: Findings, overrides: Sequence[str] = ()) -> str:
    """
    All of it: the target, the table, the recommendation and how sure it is.

    ``overrides`` are what was put in place of the file's: to be told with what is to paste.
    """
    return "\n".join(
        [
            f"target: {findings.target.sentence}",
            "",
            table(findings),
            f"lower bound: {findings.lower_bound:.1f} node-hours",
            _effort(findings),
            "",
            *_advice(findings),
            *_keys(findings, overrides),
        ]
    )


def table(findings: Findings) -> str:
    """The frontier, the cheapest first, the present setting and what is recommended."""
    shown = {id(one): one for one in (*findings.frontier, findings.present, *_named(findings))}
    trials = sorted(shown.values(), key=lambda one: (one.node_hours, findings.target.of(one)))
    priced = findings.present.cost is not None
    head = (
        "",
        "setting",
        "node-hours",
        *(["cost"] if priced else []),
        "to now",
        *("p50", "p95", "p99", "late %", "launches", "peak nodes", "meets", "sure"),
    )
    rows = [_row(one, findings, priced=priced) for one in trials]
    return aligned([head, *rows], left=2)


def marks(findings: Findings) -> Mapping[int, str]:
    """By the identity of a trial: what it is."""
    choice = findings.recommendation
    found = {id(choice.present): "present"}
    if choice.surer is not None:
        found[id(choice.surer)] = "present, surer" if choice.surer is choice.present else "surer"
    best = "recommended" if choice.chosen is not None else "nearest"
    if choice.nearest is choice.present:
        best = f"present, {best}"
    return found | {id(choice.nearest): best}


def _named(findings: Findings) -> Sequence[Trial]:
    choice = findings.recommendation
    return (choice.nearest,) if choice.surer is None else (choice.nearest, choice.surer)


def _row(trial: Trial, findings: Findings, *, priced: bool) -> tuple[str, ...]:
    target, before = findings.target, findings.present.node_hours
    sureness = findings.sureness.get(trial.candidate)
    changed = trial.node_hours / before - 1 if before else 0.0
    cost = [_NONE if trial.cost is None else f"{trial.cost:.2f}"] if priced else []
    return (
        marks(findings).get(id(trial), ""),
        _name(trial.candidate),
        f"{trial.node_hours:.1f}",
        *cost,
        _NONE if trial is findings.present else f"{100 * changed:+.1f} %",
        *(f"{seconds:.0f} s" for seconds in (trial.p50, trial.p95, trial.p99)),
        f"{100 * trial.late_share:.2f}",
        str(trial.launches),
        str(trial.peak_nodes),
        "yes" if trial.sound and target.met_by(trial) else "no",
        _NONE if sureness is None else _met(sureness),
    )


def _name(candidate: Candidate) -> str:
    return candidate.name if candidate.changes else "as it is"


def _effort(findings: Findings) -> str:
    count = len(findings.trials)
    tried = f"tried: {count} {'setting' if count == 1 else 'settings'}"
    return f"{tried}; then time was up (--for)" if findings.cut_short else tried


def _advice(findings: Findings) -> Iterator[str]:
    choice, target = findings.recommendation, findings.target
    if choice.chosen is None:
        yield from _none_meets(choice, target)
    elif choice.chosen is choice.present:
        yield (
            "recommended: keep the present setting; it meets the target, and of what was tried "
            "nothing that does is cheaper to speak of"
        )
    else:
        yield (
            f"recommended: {choice.chosen.candidate.name}: {_cost(choice.chosen, choice.present)}; "
            f"{target.name} {target.shown(target.of(choice.chosen))}"
        )
    yield from _sureness(findings, choice.nearest)
    surer = choice.surer
    if surer is not None:
        share = _met(findings.sureness[surer.candidate])
        yield (
            f"surer: {surer.candidate.name if surer.candidate.changes else 'the present setting'}: "
            f"{_cost(surer, choice.present)}; {target.name} {target.shown(target.of(surer))}; "
            f"the target is met in {share} of all draws"
        )


def _keys(findings: Findings, overrides: Sequence[str]) -> Iterator[str]:
    """What to paste; nothing where nothing is to be changed."""
    choice = findings.recommendation
    changes = choice.nearest.candidate.changes
    if changes:
        what = "recommended" if choice.chosen is not None else "nearest"
        yield f"\n# The {what} setting: put these keys in the place of the configuration's."
        if overrides:
            yield f"# It was found with {' '.join(f'--set {text}' for text in overrides)}."
        yield pasted(nested(changes, choice.present.candidate.settings.name)).rstrip("\n")


def _none_meets(choice: Recommendation, target: Target) -> Iterator[str]:
    best = choice.nearest
    name = best.candidate.name if best.candidate.changes else "the present setting"
    yield f"no setting that was tried meets the target: {target.sentence}"
    if not best.sound:
        yield f"nearest: {name}, which left children unserved"
        return
    yield (
        f"nearest: {name}: {_cost(best, choice.present)}; {target.name} "
        f"{target.shown(target.of(best))}, {target.shown(target.missed_by(best))} too much"
    )
    size = best.candidate.settings.size.max
    if best.peak_nodes >= size:
        yield (
            f"all {size} nodes of size.max were in use: try more, --vary size.max={size},{2 * size}"
        )


def _sureness(findings: Findings, trial: Trial) -> Iterator[str]:
    found = findings.sureness.get(trial.candidate)
    if found is None:
        return
    yield (
        f"how sure: each trace cut into {STRETCHES} stretches, drawn anew {RESAMPLES} times; in "
        f"{100 * COVERED:.0f} % of the draws"
    )
    yield f"  p95 wait {_seconds(found.p95)}, p99 {_seconds(found.p99)}, late {_late(found)}"
    if trial is not findings.present:
        low, high = found.cost_change.low, found.cost_change.high
        yield (
            f"  cost {100 * low:+.1f} % to {100 * high:+.1f} % to now; cheaper than now in "
            f"{100 * found.cheaper_share:.0f} % of all"
        )
    yield f"  the target is met in {_met(found)} of all draws"


def _met(found: Robustness) -> str:
    """Rounded down: what is told as 90 % is sure enough."""
    return f"{int(100 * found.met_share + 1e-9)} %"


def _seconds(interval: Interval) -> str:
    return f"{interval.low:.0f} to {interval.high:.0f} s"


def _late(found: Robustness) -> str:
    return f"{100 * found.late_share.low:.2f} to {100 * found.late_share.high:.2f} %"


def _cost(trial: Trial, present: Trial) -> str:
    """``12.4 node-hours, 6.5 % less than now``."""
    hours = f"{trial.node_hours:.1f} node-hours"
    if trial is present or not present.node_hours:
        return hours
    change = 100 * (trial.node_hours / present.node_hours - 1)
    return f"{hours}, {abs(change):.1f} % {'less' if change < 0 else 'more'} than now"
