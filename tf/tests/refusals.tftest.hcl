# What cannot be meant is refused before anything is asked of AWS.

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

run "the_whole_internet_is_refused" {
  command = plan

  variables {
    allowed_cidrs = ["0.0.0.0/0"]
    nomad_tls     = true
  }

  expect_failures = [var.allowed_cidrs]
}

run "the_whole_internet_of_version_6_is_refused" {
  command = plan

  variables {
    allowed_cidrs = ["::/0"]
    nomad_tls     = true
  }

  expect_failures = [var.allowed_cidrs]
}

run "the_internet_in_halves_is_refused" {
  command = plan

  variables {
    allowed_cidrs = ["0.0.0.0/1", "128.0.0.0/1"]
    nomad_tls     = true
  }

  expect_failures = [var.allowed_cidrs]
}

run "a_public_network_in_clear_is_refused" {
  command = plan

  variables {
    allowed_cidrs = ["203.0.113.0/24"]
  }

  expect_failures = [var.allowed_cidrs]
}

run "an_address_that_is_no_network_is_refused" {
  command = plan

  variables {
    allowed_cidrs = ["10.0.0.1"]
  }

  expect_failures = [var.allowed_cidrs]
}

run "each_variable_refuses_what_cannot_be_meant" {
  command = plan

  variables {
    region                  = "us-east-1a"
    name                    = "My_Cluster"
    tags                    = { "aws:team" = "video" }
    vpc_cidr                = "10.0.0.0/24"
    az_count                = 1
    nat                     = "some"
    input_ports             = [80]
    server_instance_type    = "t3.micro"
    server_ami_id           = "ubuntu"
    server_disk_gb          = 1
    wheel                   = "dist/requests-2.0-py3-none-any.whl"
    client_max              = 2.5
    client_instance_types   = ["c6i.xlarge", "c6i.2xlarge"]
    client_node             = { cpu = 100, memory = 6500 }
    client_ami_id           = "ubuntu"
    client_disk_gb          = 8
    on_demand_base          = 1
    target_wait             = "120"
    bucket_name             = "my.videos"
    input_buckets           = ["*"]
    datadog_api_key         = "secret"
    datadog_api_key_version = 0
    datadog_site            = "example.com"
    datadog_notify          = ["slack-video"]
  }

  expect_failures = [
    var.region,
    var.name,
    var.tags,
    var.vpc_cidr,
    var.az_count,
    var.nat,
    var.input_ports,
    var.server_instance_type,
    var.server_ami_id,
    var.server_disk_gb,
    var.wheel,
    var.client_max,
    var.client_instance_types,
    var.client_node,
    var.client_ami_id,
    var.client_disk_gb,
    var.on_demand_base,
    var.target_wait,
    var.bucket_name,
    var.input_buckets,
    var.datadog_api_key,
    var.datadog_api_key_version,
    var.datadog_site,
    var.datadog_notify,
  ]
}

run "what_agrees_with_nothing_else_is_refused" {
  command = plan

  variables {
    client_min            = 3
    client_max            = 3
    client_instance_types = []
    client_node           = { cpu = 8000, memory = 6500, price = 0 }
    tags                  = { "nomad-server" = "mine" }
    datadog               = true
  }

  expect_failures = [
    var.client_max,
    var.client_instance_types,
    var.client_node,
    var.tags,
    var.datadog_api_key,
    var.datadog_app_key,
  ]
}

run "fewer_than_no_clients_are_refused" {
  command = plan

  variables {
    client_min = -1
  }

  expect_failures = [var.client_min]
}
