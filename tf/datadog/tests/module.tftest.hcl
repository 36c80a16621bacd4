# terraform init && terraform test: needs the provider, neither keys nor a network to Datadog.

mock_provider "datadog" {}

run "watches_every_pool_unless_told_otherwise" {
  command = plan

  assert {
    condition     = strcontains(datadog_monitor.single["oldest_wait"].query, "autoscaler.queue.oldest_seconds{*} by {pool}")
    error_message = "Without pools and tags the scope is everything."
  }

  assert {
    condition     = length(datadog_metric_tag_configuration.distribution) == 0
    error_message = "Datadog refuses percentiles of metrics it has never seen: they are off until asked for."
  }
}

run "pools_and_tags_select_the_data" {
  command = plan

  variables {
    pools = ["transcode", "thumbs"]
    tags  = ["env:prod"]
  }

  assert {
    condition     = strcontains(datadog_monitor.single["cycles_fail"].query, "{pool IN (transcode,thumbs) AND env:prod} by {pool}")
    error_message = "Every pool that is named, and the tags, must be in the scope."
  }

  assert {
    condition     = strcontains(datadog_monitor.part["many_fail"].query, "{outcome:failed AND env:prod}")
    error_message = "The transcoder's metrics have tags, and no pool."
  }

  assert {
    condition     = contains(datadog_monitor.single["cycles_fail"].tags, "env:prod")
    error_message = "Monitors carry the tags too."
  }
}

run "late_is_the_target_and_time_for_a_boot" {
  command = plan

  variables {
    target_wait_seconds = 600
  }

  assert {
    condition     = endswith(datadog_monitor.single["oldest_wait"].query, "> 900")
    error_message = "late_seconds defaults to the target and five minutes."
  }
}

run "a_query_and_its_threshold_agree" {
  command = plan

  assert {
    condition = alltrue([
      for one in merge(datadog_monitor.single, datadog_monitor.part) :
      endswith(one.query, " ${one.monitor_thresholds[0].critical}")
    ])
    error_message = "Datadog refuses a monitor whose query and critical threshold differ."
  }
}

run "only_what_cannot_wait_wakes_somebody" {
  command = plan

  variables {
    notify        = ["@slack-video"]
    notify_urgent = ["@pagerduty-video"]
  }

  assert {
    condition = alltrue([
      for one in merge(datadog_monitor.single, datadog_monitor.composite) :
      strcontains(one.message, "@slack-video") && strcontains(one.message, "@pagerduty-video") == (tonumber(one.priority) <= 2)
    ])
    error_message = "Priorities 1 and 2 go to notify_urgent as well, the others do not."
  }

  assert {
    condition     = strcontains(datadog_monitor.single["launch_failures"].message, "{{#is_alert}}@pagerduty-video{{/is_alert}}")
    error_message = "A single failed launch is a warning, and wakes nobody."
  }

  assert {
    condition     = alltrue([for one in datadog_monitor.part : !strcontains(one.message, "@")])
    error_message = "Parts of composite monitors notify nobody."
  }
}

run "the_runbook_is_one_click_away" {
  command = plan

  variables {
    runbook_url = "https://git.example.com/runbook.md"
  }

  assert {
    condition     = datadog_monitor.single["daemon_silent"].assets[0].url == "https://git.example.com/runbook.md#the-daemon-is-silent"
    error_message = "Each monitor leads to its own section."
  }
}

run "a_pools_own_maximum_is_known_where_it_is_given" {
  command = plan

  variables {
    pools    = ["transcode"]
    size_max = 20
  }

  assert {
    condition     = endswith(datadog_monitor.part["at_bound"].query, "{pool:transcode} by {pool} >= 20")
    error_message = "With size_max the bound is that, and not the groups' maximum."
  }
}

run "percentiles_where_they_are_asked_for" {
  command = plan

  variables {
    percentiles = true
    tags        = ["region:eu-west-1"]
  }

  assert {
    condition = alltrue([
      for one in datadog_metric_tag_configuration.distribution :
      one.include_percentiles && contains(one.tags, "env") && contains(one.tags, "region")
    ])
    error_message = "A tag that is not listed can no longer select anything."
  }
}

run "composites_are_made_of_monitors_that_exist" {
  command = apply

  assert {
    condition     = length(regexall("&&", datadog_monitor.composite["queue_not_draining"].query)) == 4
    error_message = "Late, waiting for room, not falling, nothing in flight, not at the maximum."
  }
}

run "a_handle_without_an_at_is_refused" {
  command = plan

  variables {
    notify = ["slack-video"]
  }

  expect_failures = [var.notify]
}

run "a_wildcard_is_refused" {
  command = plan

  variables {
    pools = ["*"]
  }

  expect_failures = [var.pools]
}

run "a_bare_word_is_no_tag" {
  command = plan

  variables {
    tags = ["prod"]
  }

  expect_failures = [var.tags]
}

run "late_before_the_target_is_refused" {
  command = plan

  variables {
    target_wait_seconds = 600
    thresholds          = { late_seconds = 300 }
  }

  expect_failures = [var.thresholds]
}

run "one_maximum_cannot_be_that_of_all_pools" {
  command = plan

  variables {
    size_max = 20
  }

  expect_failures = [var.size_max]
}
