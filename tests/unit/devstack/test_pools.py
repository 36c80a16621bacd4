"""What a pool of a devstack is to Nomad and to the daemon."""

from pathlib import Path

from devstack.pools import GROUP, JOB, JOB_FILE, Pool, changed

COMMON = {"size": {"min": 0, "max": 4}, "scaling": {"strategy": "per_node", "steps": [1, 2]}}


def test_a_change_goes_as_deep_as_it_says_and_leaves_the_rest() -> None:
    told = changed(COMMON, {"size": {"max": 9}, "new": {"key": 1}})

    assert told == {**COMMON, "size": {"min": 0, "max": 9}, "new": {"key": 1}}


def test_a_change_replaces_a_list_as_a_whole() -> None:
    told = changed(COMMON, {"scaling": {"steps": [3]}})

    assert told["scaling"] == {"strategy": "per_node", "steps": [3]}


def test_a_change_leaves_what_it_changes_as_it_was() -> None:
    told = changed(COMMON, {"size": {"max": 9}})
    told["scaling"]["steps"].append(3)

    assert COMMON == {
        "size": {"min": 0, "max": 4},
        "scaling": {"strategy": "per_node", "steps": [1, 2]},
    }


def test_one_group_is_told_as_a_name_and_several_as_a_list() -> None:
    assert Pool().daemon_settings({})["group"] == GROUP
    assert Pool(groups=("a", "b")).daemon_settings({})["group"] == ["a", "b"]


def test_its_own_settings_go_before_what_all_pools_share() -> None:
    told = Pool("other", settings={"size": {"max": 2}, "jobs": ["x"]}).daemon_settings(COMMON)

    assert (told["name"], told["jobs"], told["nodes"]) == ("other", ["x"], {"class": "other"})
    assert told["size"] == {"min": 0, "max": 2}


def test_the_job_is_the_very_file_or_a_copy_under_another_name(tmp_path: Path) -> None:
    assert Pool().job_file(tmp_path) == JOB_FILE

    copy = Pool("other").job_file(tmp_path)

    assert copy.read_text() == JOB_FILE.read_text().replace(f'job "{JOB}" {{', 'job "other" {')
