# The group of clients that the daemon sizes.

resource "aws_launch_template" "client" {
  #checkov:skip=CKV_AWS_88: an address of its own only with nat = "none", where it is the way out; the security group lets nobody in.
  name                   = local.group_name
  description            = "A Nomad client of ${var.name}"
  image_id               = coalesce(var.client_ami_id, local.ubuntu_ami_id)
  instance_type          = var.client_instance_types[0]
  user_data              = base64encode(local.user_data.client)
  update_default_version = true
  ebs_optimized          = true
  # A client that shuts itself down is gone, and not kept and billed.
  instance_initiated_shutdown_behavior = "terminate"

  iam_instance_profile {
    arn = aws_iam_instance_profile.client.arn
  }

  network_interfaces {
    associate_public_ip_address = var.nat == "none"
    delete_on_termination       = true
    security_groups             = [aws_security_group.clients.id]
  }

  metadata_options {
    http_endpoint = "enabled"
    http_tokens   = "required"
    # Tasks of the exec driver are on the machine's own network: one hop.  Containers in a network of
    # their own get nothing; give those credentials by Nomad's template instead.
    http_put_response_hop_limit = 1
    instance_metadata_tags      = "disabled"
  }

  block_device_mappings {
    device_name = "/dev/sda1"

    ebs {
      volume_type           = "gp3"
      volume_size           = var.client_disk_gb
      encrypted             = true
      delete_on_termination = true
    }
  }

  dynamic "tag_specifications" {
    for_each = toset(["instance", "volume", "network-interface"])

    content {
      resource_type = tag_specifications.value
      tags          = merge(local.tags, { Name = local.group_name })
    }
  }
}

resource "aws_autoscaling_group" "clients" {
  name                = local.group_name
  min_size            = var.client_min
  max_size            = var.client_max
  vpc_zone_identifier = local.instance_subnets

  # AWS ends no instance by its own choice: not to shrink, and not to even out zones.  What would else
  # be the victim may be at work, and only the daemon knows.
  protect_from_scale_in = true
  suspended_processes   = ["AZRebalance"]
  health_check_type     = "EC2"
  # When AWS says that a Spot Instance is at risk, a new one comes first; the daemon, told by the
  # queue, lets the old one finish as far as it can.
  capacity_rebalance = var.spot
  # No waiting: instances come when there is work.
  wait_for_capacity_timeout = "0"
  enabled_metrics           = ["GroupDesiredCapacity", "GroupInServiceInstances", "GroupPendingInstances", "GroupTerminatingInstances"]

  mixed_instances_policy {
    instances_distribution {
      on_demand_allocation_strategy            = "prioritized"
      on_demand_base_capacity                  = var.on_demand_base
      on_demand_percentage_above_base_capacity = var.spot ? 0 : 100
      spot_allocation_strategy                 = "price-capacity-optimized"
    }

    launch_template {
      launch_template_specification {
        launch_template_id = aws_launch_template.client.id
        version            = aws_launch_template.client.latest_version
      }

      # No weights: the daemon counts instances, and so must the group.
      dynamic "override" {
        for_each = var.client_instance_types

        content {
          instance_type = override.value
        }
      }
    }
  }

  dynamic "tag" {
    for_each = merge(local.tags, { Name = local.group_name })

    content {
      key                 = tag.key
      value               = tag.value
      propagate_at_launch = true
    }
  }

  lifecycle {
    # The daemon's business, and its only.
    ignore_changes = [desired_capacity]
  }

  timeouts {
    # The hook may hold an instance for five minutes, and it has to go itself.
    delete = "20m"
  }

  depends_on = [
    aws_iam_role_policy.client,
    aws_route.private,
    aws_route.public,
    aws_s3_object.setup_manifest,
    aws_vpc_security_group_egress_rule.internet,
  ]
}

# An instance that AWS takes waits: the daemon cordons its node, sends heartbeats while work runs there
# and lets it go when none does.  Without a daemon it goes after the timeout.
resource "aws_autoscaling_lifecycle_hook" "termination" {
  name                   = "${var.name}-let-work-end"
  autoscaling_group_name = aws_autoscaling_group.clients.name
  lifecycle_transition   = "autoscaling:EC2_INSTANCE_TERMINATING"
  heartbeat_timeout      = 300
  default_result         = "CONTINUE"
}
