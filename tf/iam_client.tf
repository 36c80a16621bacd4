# What a client's instance may do, and with it every task that runs there: one prefix of one bucket,
# inputs that are named, finding the server, and Session Manager.

resource "aws_iam_role" "client" {
  name               = "${var.name}-client"
  description        = "The Nomad clients of ${var.name}, and the transcodes on them"
  assume_role_policy = data.aws_iam_policy_document.assumed_by_instances.json
}

resource "aws_iam_instance_profile" "client" {
  name = aws_iam_role.client.name
  role = aws_iam_role.client.name
}

data "aws_iam_policy_document" "transcoder" {
  statement {
    sid = "Publish"
    actions = [
      "s3:AbortMultipartUpload",
      "s3:DeleteObject",
      "s3:GetObject",
      "s3:PutObject",
    ]
    resources = ["${aws_s3_bucket.videos.arn}/videos/*"]
  }

  # Of the whole bucket: with a condition on the prefix S3 answers 403 instead of 404 for a result
  # that is not there yet, and the transcoder could not tell "absent" from "forbidden".
  statement {
    sid       = "TellAbsentFromForbidden"
    actions   = ["s3:ListBucket"]
    resources = [aws_s3_bucket.videos.arn]
  }

  dynamic "statement" {
    for_each = length(var.input_buckets) > 0 ? [1] : []

    content {
      sid       = "ReadInputs"
      actions   = ["s3:GetObject"]
      resources = [for bucket in var.input_buckets : "arn:${local.partition}:s3:::${bucket}/*"]
    }
  }

  dynamic "statement" {
    for_each = length(var.input_buckets) > 0 ? [1] : []

    content {
      sid       = "TellAbsentInputsFromForbidden"
      actions   = ["s3:ListBucket"]
      resources = [for bucket in var.input_buckets : "arn:${local.partition}:s3:::${bucket}"]
    }
  }
}

data "aws_iam_policy_document" "client_setup" {
  statement {
    sid       = "ReadSetup"
    actions   = ["s3:GetObject"]
    resources = ["${aws_s3_bucket.videos.arn}/${local.setup_prefix}*"]
  }

  # Nomad finds its server by a tag; AWS knows no resources for this.
  statement {
    sid       = "FindServer"
    actions   = ["ec2:DescribeInstances"]
    resources = ["*"]

    condition {
      test     = "StringEquals"
      variable = "aws:RequestedRegion"
      values   = [var.region]
    }
  }

  dynamic "statement" {
    for_each = length(local.client_secrets) > 0 ? [1] : []

    content {
      sid       = "ReadOwnSecrets"
      actions   = ["ssm:GetParameter"]
      resources = [for name in local.client_secrets : "${local.parameters}/${name}"]
    }
  }
}

resource "aws_iam_role_policy" "client" {
  for_each = {
    transcoder      = data.aws_iam_policy_document.transcoder.json
    setup           = data.aws_iam_policy_document.client_setup.json
    session-manager = data.aws_iam_policy_document.session_manager.json
  }

  name   = each.key
  role   = aws_iam_role.client.id
  policy = each.value
}
