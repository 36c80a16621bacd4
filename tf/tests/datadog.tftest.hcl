# With Datadog: its side is made, and its key is handed on without being kept.

mock_provider "datadog" {}

mock_provider "aws" {
  mock_data "aws_availability_zones" {
    defaults = { names = ["us-east-1a", "us-east-1b", "us-east-1c"] }
  }
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }
}

variables {
  allowed_cidrs = []
  wheel         = "tests/wheel/nomad_queue_autoscaler-0.0.0-py3-none-any.whl"
}

run "nothing_of_datadog_is_made_unless_asked_for" {
  command = plan

  assert {
    condition     = length(module.datadog) == 0 && length(aws_ssm_parameter.datadog_api_key) == 0
    error_message = "No dashboard, no monitors, no place for a key."
  }
}

run "dashboard_and_monitors_come_with_the_keys" {
  command = plan

  variables {
    datadog         = true
    datadog_api_key = "0123456789abcdef0123456789abcdef"
    datadog_app_key = "0123456789abcdef0123456789abcdef01234567"
    datadog_notify  = ["@slack-video"]
    target_wait     = "1m30s"
  }

  assert {
    condition     = length(module.datadog) == 1 && length(aws_ssm_parameter.datadog_api_key) == 1
    error_message = "The module is used, and the agents' key has a place."
  }

  assert {
    condition     = aws_ssm_parameter.datadog_api_key[0].type == "SecureString"
    error_message = "The key is kept encrypted."
  }

  assert {
    condition     = local.target_wait_seconds == 90
    error_message = "The monitors' target is the daemon's."
  }
}
