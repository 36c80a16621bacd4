# terraform init && terraform test: needs the providers, and neither credentials nor a network.

mock_provider "aws" {
  # Also what AWS would only tell afterwards; an apply of mocks stumbles over ephemeral variables.
  override_during = plan

  mock_data "aws_availability_zones" {
    defaults = { names = ["us-east-1a", "us-east-1b", "us-east-1c", "us-east-1d"] }
  }
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_data "aws_ami" {
    defaults = { id = "ami-0aaaaaaaaaaaaaaaa" }
  }
  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }
  mock_resource "aws_s3_bucket" {
    defaults = { id = "transcode-123456789012-us-east-1", arn = "arn:aws:s3:::transcode-123456789012-us-east-1" }
  }
  mock_resource "aws_sqs_queue" {
    defaults = { arn = "arn:aws:sqs:us-east-1:123456789012:transcode-events", url = "https://sqs.us-east-1.amazonaws.com/123456789012/transcode-events" }
  }
  mock_resource "aws_iam_instance_profile" {
    defaults = { arn = "arn:aws:iam::123456789012:instance-profile/transcode" }
  }
  mock_resource "aws_launch_template" {
    defaults = { id = "lt-0aaaaaaaaaaaaaaaa", latest_version = 7 }
  }
  mock_resource "aws_instance" {
    defaults = { public_ip = "", private_ip = "10.42.128.10" }
  }
}

variables {
  allowed_cidrs = []
  wheel         = "tests/wheel/nomad_queue_autoscaler-0.0.0-py3-none-any.whl"
}

run "all_is_made_with_nothing_set_but_who_may_come" {
  command = plan

  assert {
    condition     = output.nomad_addr == "http://127.0.0.1:4646"
    error_message = "Without allowed_cidrs Nomad is reached by a port forward, on loopback."
  }

  assert {
    condition     = aws_s3_bucket.videos.bucket == "transcode-123456789012-us-east-1" && output.group == "transcode-clients"
    error_message = "Names are made of the cluster's."
  }

  assert {
    condition     = length(aws_subnet.public) == 2 && length(aws_subnet.private) == 2 && length(aws_nat_gateway.main) == 1
    error_message = "Two zones, each with both kinds of subnet, and one NAT gateway."
  }
}

run "from_a_private_network_nomad_is_reached_at_its_private_address" {
  command = plan

  variables {
    allowed_cidrs = ["10.8.0.0/16"]
    nat           = "none"
  }

  override_resource {
    target          = aws_instance.server
    values          = { public_ip = "198.51.100.7", private_ip = "10.42.0.10" }
    override_during = plan
  }

  assert {
    condition     = output.nomad_addr == "http://10.42.0.10:4646"
    error_message = "The security group lets these networks in, whose packets do not come by the Internet."
  }
}

run "from_the_internet_nomad_is_reached_at_its_address_there" {
  command = plan

  variables {
    allowed_cidrs = ["203.0.113.0/24"]
    nat           = "none"
    nomad_tls     = true
  }

  override_resource {
    target          = aws_instance.server
    values          = { public_ip = "198.51.100.7", private_ip = "10.42.0.10" }
    override_during = plan
  }

  assert {
    condition     = output.nomad_addr == "https://198.51.100.7:4646"
    error_message = "A private address cannot be reached from there."
  }
}

run "aws_ends_no_client_by_its_own_choice" {
  command = plan

  assert {
    condition     = aws_autoscaling_group.clients.protect_from_scale_in && contains(aws_autoscaling_group.clients.suspended_processes, "AZRebalance")
    error_message = "New instances must be protected from scale-in, and AZRebalance suspended."
  }

  assert {
    condition     = aws_autoscaling_group.clients.health_check_type == "EC2" && aws_autoscaling_lifecycle_hook.termination.heartbeat_timeout >= 300
    error_message = "Only EC2's own checks may end an instance, and the hook must hold it."
  }

  assert {
    condition     = aws_autoscaling_group.clients.min_size == 0 && aws_autoscaling_group.clients.max_size == 10 && !aws_autoscaling_group.clients.capacity_rebalance
    error_message = "From zero to ten, and nothing of Spot unless asked for."
  }

  assert {
    condition     = alltrue([for tag in aws_autoscaling_group.clients.tag : tag.propagate_at_launch]) && contains([for tag in aws_autoscaling_group.clients.tag : "${tag.key}=${tag.value}"], "nomad-cluster=transcode")
    error_message = "The tag that the server's rights go by is on the group and on its instances."
  }
}

run "instance_metadata_wants_a_token_and_is_one_hop_away" {
  command = plan

  assert {
    condition = alltrue([
      for options in [aws_instance.server.metadata_options[0], aws_launch_template.client.metadata_options[0]] :
      options.http_tokens == "required" && options.http_put_response_hop_limit == 1
    ])
    error_message = "IMDSv2 only, for the server and the clients."
  }
}

run "nobody_comes_in_unless_named" {
  command = plan

  assert {
    condition     = length(aws_vpc_security_group_ingress_rule.http_api) == 0
    error_message = "With allowed_cidrs = [] the HTTP API is open to nobody."
  }

  assert {
    condition     = !aws_instance.server.associate_public_ip_address
    error_message = "The server has no address of its own on the Internet."
  }
}

run "the_http_api_is_open_to_the_networks_that_are_named" {
  command = plan

  variables {
    allowed_cidrs = ["10.8.0.0/16", "192.168.7.0/24"]
  }

  assert {
    condition     = toset([for rule in aws_vpc_security_group_ingress_rule.http_api : rule.cidr_ipv4]) == toset(["10.8.0.0/16", "192.168.7.0/24"])
    error_message = "One rule for each network."
  }

  assert {
    condition     = alltrue([for rule in aws_vpc_security_group_ingress_rule.http_api : rule.from_port == 4646 && rule.to_port == 4646])
    error_message = "Nothing but the HTTP API."
  }
}

run "the_internet_may_come_in_by_tls_only_where_named" {
  command = plan

  variables {
    allowed_cidrs = ["203.0.113.7/32"]
    nomad_tls     = true
  }

  assert {
    condition     = length(aws_vpc_security_group_ingress_rule.http_api) == 1
    error_message = "With TLS a public address may be named."
  }

  assert {
    condition     = contains(keys(aws_ssm_parameter.nomad), "nomad/ca-key")
    error_message = "There is a place for the CA's key."
  }
}

run "spot_comes_with_what_tells_of_interruptions" {
  command = plan

  variables {
    spot           = true
    on_demand_base = 1
  }

  assert {
    condition     = aws_autoscaling_group.clients.capacity_rebalance && aws_autoscaling_group.clients.mixed_instances_policy[0].instances_distribution[0].on_demand_percentage_above_base_capacity == 0
    error_message = "Beyond the base all are Spot Instances, and the group rebalances."
  }

  assert {
    condition     = aws_autoscaling_group.clients.mixed_instances_policy[0].instances_distribution[0].on_demand_base_capacity == 1
    error_message = "The base is on demand."
  }

  assert {
    condition     = toset(keys(aws_cloudwatch_event_rule.notice)) == toset(["termination", "interruption", "rebalance"])
    error_message = "Both of Spot's notices come to the queue, and the hook's."
  }
}

run "types_carry_no_weights" {
  command = plan

  assert {
    condition = alltrue([
      for override in aws_autoscaling_group.clients.mixed_instances_policy[0].launch_template[0].override :
      override.weighted_capacity == null
    ])
    error_message = "The daemon counts instances, and so must the group."
  }
}

run "without_a_gateway_instances_have_addresses_and_still_nobody_comes_in" {
  command = plan

  variables {
    nat = "none"
  }

  assert {
    condition     = length(aws_nat_gateway.main) == 0 && aws_instance.server.associate_public_ip_address
    error_message = "No gateway, but an address as the way out."
  }

  assert {
    condition     = length(aws_vpc_security_group_ingress_rule.http_api) == 0
    error_message = "Nobody is let in for that."
  }
}

run "a_gateway_for_each_of_three_zones" {
  command = plan

  variables {
    az_count = 3
    nat      = "each"
  }

  assert {
    condition     = length(aws_nat_gateway.main) == 3 && length(aws_route.private) == 3
    error_message = "A zone's failure is its own."
  }
}

run "baked_images_are_given_nothing_to_install" {
  command = plan

  variables {
    server_ami_id = "ami-0123456789abcdef0"
    client_ami_id = "ami-0fedcba9876543210"
    wheel         = null
  }

  assert {
    condition     = aws_instance.server.ami == "ami-0123456789abcdef0" && aws_launch_template.client.image_id == "ami-0fedcba9876543210"
    error_message = "Each role starts from its own image."
  }

  assert {
    condition     = length(data.aws_ami.ubuntu) == 0 && alltrue([for name in keys(aws_s3_object.setup_copy) : !startswith(name, "wheel/")])
    error_message = "No stock image is looked for, and no wheel is uploaded."
  }
}

run "the_bucket_is_private_and_cleans_up" {
  command = plan

  assert {
    condition     = aws_s3_bucket_public_access_block.videos.block_public_acls && aws_s3_bucket_public_access_block.videos.block_public_policy && aws_s3_bucket_public_access_block.videos.ignore_public_acls && aws_s3_bucket_public_access_block.videos.restrict_public_buckets
    error_message = "Nothing of it can be made public."
  }

  assert {
    condition     = contains([for rule in aws_s3_bucket_lifecycle_configuration.videos.rule : try(rule.abort_incomplete_multipart_upload[0].days_after_initiation, 0)], 1)
    error_message = "Uploads that were broken off go after a day."
  }
}
