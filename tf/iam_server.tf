# What the server's instance may do: the daemon's calls, its checks, the secrets, the set-up, and
# Session Manager.  A test holds the actions against autoscaler/checks/iam.py, which another test
# holds against the calls in the code.
#
# sts:GetCallerIdentity, which `autoscaler check` calls, needs no right.

data "aws_iam_policy_document" "assumed_by_instances" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["ec2.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "server" {
  name               = "${var.name}-server"
  description        = "The Nomad server of ${var.name}, and the autoscaler on it"
  assume_role_policy = data.aws_iam_policy_document.assumed_by_instances.json
}

resource "aws_iam_instance_profile" "server" {
  name = aws_iam_role.server.name
  role = aws_iam_role.server.name
}

locals {
  group_arns    = "arn:${local.partition}:autoscaling:${var.region}:${local.account}:autoScalingGroup:*:autoScalingGroupName/${local.group_name}"
  instance_arns = "arn:${local.partition}:ec2:${var.region}:${local.account}:instance/*"
  parameters    = "arn:${local.partition}:ssm:${var.region}:${local.account}:parameter${local.secrets_path}"
}

data "aws_iam_policy_document" "autoscaler" {
  # AWS knows no resources for these: all or none.
  statement {
    sid = "Look"
    actions = [
      "autoscaling:DescribeAutoScalingGroups",
      "autoscaling:DescribeLifecycleHooks",
      "autoscaling:DescribeScalingActivities",
      "ec2:DescribeInstances",
      "ec2:DescribeSpotInstanceRequests",
      "ec2:DescribeTags",
    ]
    resources = ["*"]

    condition {
      test     = "StringEquals"
      variable = "aws:RequestedRegion"
      values   = [var.region]
    }
  }

  # What `autoscaler check` asks for besides.
  statement {
    sid = "LookForHazards"
    actions = [
      "autoscaling:DescribeInstanceRefreshes",
      "autoscaling:DescribePolicies",
      "autoscaling:DescribeScheduledActions",
    ]
    resources = ["*"]

    condition {
      test     = "StringEquals"
      variable = "aws:RequestedRegion"
      values   = [var.region]
    }
  }

  statement {
    sid       = "AskWhatItMayDo"
    actions   = ["iam:SimulatePrincipalPolicy"]
    resources = [aws_iam_role.server.arn]
  }

  # By name and by tag: another's group that comes by the name lacks the tag.
  statement {
    sid = "Scale"
    actions = [
      "autoscaling:CompleteLifecycleAction",
      "autoscaling:RecordLifecycleActionHeartbeat",
      "autoscaling:SetDesiredCapacity",
      "autoscaling:TerminateInstanceInAutoScalingGroup",
    ]
    resources = [local.group_arns]

    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/${local.tag_key}"
      values   = [var.name]
    }
  }

  # The daemon's mark, on instances of the group, and no other tag of theirs: by its tags an
  # instance is found, billed and allowed things.
  statement {
    sid       = "MarkCordoned"
    actions   = ["ec2:CreateTags", "ec2:DeleteTags"]
    resources = [local.instance_arns]

    # AWS itself puts this one on, and nobody else can.
    condition {
      test     = "StringEquals"
      variable = "aws:ResourceTag/aws:autoscaling:groupName"
      values   = [local.group_name]
    }

    condition {
      test     = "ForAllValues:StringLike"
      variable = "aws:TagKeys"
      values   = ["autoscaler:*"]
    }

    # Of no keys at all, "for all" is true; DeleteTags without keys would take off every tag.
    condition {
      test     = "Null"
      variable = "aws:TagKeys"
      values   = ["false"]
    }
  }

  statement {
    sid       = "TakeNotices"
    actions   = ["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"]
    resources = [aws_sqs_queue.events.arn]
  }
}

data "aws_iam_policy_document" "server_setup" {
  statement {
    sid       = "ReadSetup"
    actions   = ["s3:GetObject"]
    resources = ["${aws_s3_bucket.videos.arn}/${local.setup_prefix}*"]
  }

  statement {
    sid       = "KeepNomadsSecrets"
    actions   = ["ssm:GetParameter", "ssm:PutParameter"]
    resources = [for name in keys(local.nomad_secrets) : "${local.parameters}/${name}"]
  }

  dynamic "statement" {
    for_each = var.datadog ? [1] : []

    content {
      sid       = "ReadDatadogsKey"
      actions   = ["ssm:GetParameter"]
      resources = ["${local.parameters}/datadog/api-key"]
    }
  }
}

# Not AmazonSSMManagedInstanceCore: that may read every parameter of the account, secrets included.
data "aws_iam_policy_document" "session_manager" {
  #checkov:skip=CKV_AWS_356: AWS knows no resources for these.
  #checkov:skip=CKV_AWS_111: as above; they let an instance offer itself, and give it nothing of others.

  statement {
    sid = "OfferSessions"
    actions = [
      "ssm:UpdateInstanceInformation",
      "ssmmessages:CreateControlChannel",
      "ssmmessages:CreateDataChannel",
      "ssmmessages:OpenControlChannel",
      "ssmmessages:OpenDataChannel",
    ]
    resources = ["*"]
  }
}

resource "aws_iam_role_policy" "server" {
  for_each = {
    autoscaler      = data.aws_iam_policy_document.autoscaler.json
    setup           = data.aws_iam_policy_document.server_setup.json
    session-manager = data.aws_iam_policy_document.session_manager.json
  }

  name   = each.key
  role   = aws_iam_role.server.id
  policy = each.value
}
