"""The check against the local AWS: each hazard and each refusal, and that it changes nothing."""

import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from autoscaler.checks.iam import ACTIONS, CHECK_ACTIONS
from autoscaler.config import AwsSettings
from devstack.awsfaults import Fault
from devstack.cluster import NomadCluster, open_cluster
from tests.contract.autoscaler.aws_account import Account
from tests.contract.autoscaler.checks.checkup import (
    Checkup,
    a_checkup,
    a_pool,
    by_code,
    no_time_lost,
    troubles,
)
from tests.contract.autoscaler.nomad_clusters import JOB_FILE

Change = Callable[[Account], object]


@pytest.fixture(scope="module")
def nomad(tmp_path_factory: pytest.TempPathFactory) -> Iterator[NomadCluster]:
    """The stand-in with this project's job and no node."""
    with closing(open_cluster(tmp_path_factory.mktemp("nomad"), None)) as running:
        variables = {"s3_bucket": "none", "driver": "raw_exec", "command": "/bin/true"}
        running.register(JOB_FILE, {**variables, "cpu": "900", "memory": "900"})
        yield running


@pytest.fixture
def checkup(account: Account, nomad: NomadCluster, tmp_path: Path) -> Checkup:
    """Of the account's group."""
    found = a_checkup(nomad.address, account.aws.endpoint, a_pool(account.name))
    return replace(found, config=replace(found.config, state_dir=str(tmp_path / "state")))


def of_group(operation: str, **arguments: Any) -> Change:
    """A call that changes the group."""

    def change(account: Account) -> object:
        call = getattr(account.autoscaling, operation)
        return call(AutoScalingGroupName=account.name, **arguments)

    return change


def test_a_group_as_it_should_be_has_nothing_wrong(account: Account, checkup: Checkup) -> None:
    findings = checkup.findings()

    assert troubles(findings) == {}
    assert by_code(findings)["group.safe"].says.startswith(f"group {account.name} (desired 0 of 0")


@pytest.mark.parametrize(
    ("change", "code", "verdict"),
    [
        (
            of_group("resume_processes", ScalingProcesses=["AZRebalance"]),
            "group.az_rebalance",
            "wrong",
        ),
        (of_group("suspend_processes", ScalingProcesses=["Launch"]), "group.suspended", "wrong"),
        (
            of_group("update_auto_scaling_group", NewInstancesProtectedFromScaleIn=False),
            "group.unprotected",
            "wrong",
        ),
        (of_group("update_auto_scaling_group", MinSize=4), "group.pinned", "wrong"),
        (of_group("update_auto_scaling_group", MaxSize=2), "size.max", "warning"),
        (of_group("update_auto_scaling_group", MinSize=1), "size.min", "warning"),
        (
            of_group("update_auto_scaling_group", HealthCheckType="ELB"),
            "group.health_checks",
            "warning",
        ),
        (
            of_group(
                "put_scaling_policy",
                PolicyName="cpu",
                PolicyType="SimpleScaling",
                AdjustmentType="ChangeInCapacity",
                ScalingAdjustment=1,
            ),
            "group.policies",
            "wrong",
        ),
        (
            of_group(
                "put_scheduled_update_group_action",
                ScheduledActionName="nightly",
                Recurrence="0 0 * * *",
                DesiredCapacity=1,
            ),
            "group.scheduled",
            "wrong",
        ),
        (of_group("put_warm_pool", MinSize=1), "group.warm_pool", "warning"),
        (
            of_group(
                "put_lifecycle_hook",
                LifecycleHookName="bye",
                LifecycleTransition="autoscaling:EC2_INSTANCE_TERMINATING",
                HeartbeatTimeout=30,
            ),
            "group.hook_short",
            "warning",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_each_hazard_of_the_group_is_found(
    account: Account, checkup: Checkup, change: Change, code: str, verdict: str
) -> None:
    change(account)

    assert troubles(checkup.findings())[code] == verdict


def test_unprotected_instances_are_named(account: Account, checkup: Checkup) -> None:
    first, second = account.launch(2)
    account.autoscaling.set_instance_protection(
        AutoScalingGroupName=account.name, InstanceIds=[second], ProtectedFromScaleIn=False
    )

    found = by_code(checkup.findings())["instances.unprotected"]

    assert second in found.says
    assert first not in found.says


def test_an_instance_without_a_node_boots_at_first(account: Account, checkup: Checkup) -> None:
    account.launch(1)

    assert by_code(checkup.findings())["nodes.joined"].says.endswith("1 still boots")


def test_a_group_that_is_not_there_is_wrong_and_the_rest_is_told(
    account: Account, checkup: Checkup
) -> None:
    config = replace(checkup.config, pools=(a_pool("nowhere"),))

    found = by_code(replace(checkup, config=config).findings())

    assert found["group.missing"].verdict == "wrong"
    assert "'nowhere'" not in found["aws.identity"].says
    assert found["job.dispatchable"].verdict == "ok"


def test_a_right_that_is_refused_is_named_and_the_groups_hazards_are_told_all_the_same(
    account: Account, checkup: Checkup
) -> None:
    account.launch(1)
    account.control.fault_calls("CreateTags", 9, Fault.DENIED)
    account.control.fault_calls("DescribeTags", 9, Fault.DENIED)

    findings = checkup.findings()

    account.control.fault_calls("CreateTags", 0)
    account.control.fault_calls("DescribeTags", 0)
    denied = [one.says for one in findings if one.code == "iam.denied"]
    assert [one.split(",")[0] for one in denied] == [
        "may not ec2:DescribeTags",
        "may not ec2:CreateTags",
    ]
    assert by_code(findings)["group.safe"].verdict == "ok"
    assert by_code(findings)["group.denied"].verdict == "wrong"


def test_what_only_the_check_may_not_do_is_unknown(account: Account, checkup: Checkup) -> None:
    account.control.fault_calls("DescribePolicies", 9, Fault.DENIED)

    findings = checkup.findings()

    account.control.fault_calls("DescribePolicies", 0)
    assert by_code(findings)["group.unread"].verdict == "unknown"
    assert troubles(findings) == {}


def test_writes_that_have_no_dry_run_are_untold_where_iam_cannot_be_asked(
    account: Account, checkup: Checkup
) -> None:
    """The local AWS knows us as nobody that the simulator could be asked about."""
    found = by_code(checkup.findings())["iam.untold"]

    assert "autoscaling:SetDesiredCapacity" in found.says
    assert found.mend


def test_the_events_queue_is_looked_for(account: Account, checkup: Checkup) -> None:
    url = account.aws.client("sqs").create_queue(QueueName=account.name[:80])["QueueUrl"]

    there = by_code(with_queue(checkup, url).findings())
    gone = by_code(with_queue(checkup, f"{url}-not").findings())

    assert there["aws.events_queue"].verdict == "ok"
    assert gone["aws.events_queue"].verdict == "wrong"


def with_queue(checkup: Checkup, url: str) -> Checkup:
    """The same, with notices."""
    aws: AwsSettings = replace(checkup.config.aws, events_queue=url)
    return replace(checkup, config=replace(checkup.config, aws=aws))


def test_nothing_is_changed_in_aws_nor_on_disk(
    account: Account, checkup: Checkup, tmp_path: Path
) -> None:
    (instance_id,) = account.launch(1)
    before = account.aws.record.size
    group = account.see()

    checkup.findings()

    calls = [one for one in account.aws.record.read(since=before) if not one.own]
    writes = [one for one in calls if one.writes]
    assert {one.action for one in writes} == {"CreateTags", "DeleteTags"}
    assert all(one.parameters["DryRun"] == "true" for one in writes)
    assert account.see() == group
    assert instance_id not in group.marks
    assert not (tmp_path / "state").exists()


def test_just_the_actions_that_are_listed_are_called(account: Account, checkup: Checkup) -> None:
    """Besides IAM's simulator, of which the local AWS has none."""
    url = account.aws.client("sqs").create_queue(QueueName=account.name[:80])["QueueUrl"]
    account.launch(1)
    before = account.aws.record.size

    with_queue(checkup, url).findings()

    calls = account.aws.record.read(since=before)
    called = {f"{one.service}:{one.action}" for one in calls if not one.own}
    daemons = {action.name for action in ACTIONS}
    assert called - daemons == set(CHECK_ACTIONS) - {"iam:SimulatePrincipalPolicy"}


def test_where_no_aws_answers_all_is_told_in_time(checkup: Checkup) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute, no_time_lost(20):
        endpoint = f"http://127.0.0.1:{mute.getsockname()[1]}"
        aws = replace(checkup.config.aws, endpoint_url=endpoint)
        silent = replace(checkup, config=replace(checkup.config, aws=aws), seconds=6)
        found = by_code(silent.findings())

    assert found["aws.reachable"].verdict == "wrong"
    assert found["group.unread"].verdict == "unknown"
    assert found["job.dispatchable"].verdict == "ok"


def test_without_credentials_that_is_said_once(
    checkup: Checkup, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.delenv("AWS_PROFILE")

    findings = checkup.findings()

    assert troubles(findings) == {"aws.credentials": "wrong"}
