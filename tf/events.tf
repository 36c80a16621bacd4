# AWS's notices, for the daemon's aws.events_queue: EventBridge sends them to a queue, and the daemon
# waits on it.  At rest that is three requests a minute.

resource "aws_sqs_queue" "events" {
  #checkov:skip=CKV_AWS_27: it is encrypted, by a key of SQS; EventBridge would need a policy on a KMS key of our own.

  name                      = "${var.name}-events"
  sqs_managed_sse_enabled   = true
  receive_wait_time_seconds = 20
  # A notice is of use for two minutes; one that nobody took for an hour is no news.  What cannot be
  # read is deleted by the daemon, so that no second queue is wanted for it.
  message_retention_seconds  = 3600
  visibility_timeout_seconds = 30
}

locals {
  notices = merge(
    {
      termination = {
        type   = "EC2 Instance-terminate Lifecycle Action"
        source = "aws.autoscaling"
        detail = { AutoScalingGroupName = [local.group_name] }
      }
    },
    # These know instances and no groups: those of others in the region come too, and are passed over.
    { for name, type in local.spot_notices : name => { type = type, source = "aws.ec2", detail = null } if var.spot },
  )
  spot_notices = {
    interruption = "EC2 Spot Instance Interruption Warning"
    rebalance    = "EC2 Instance Rebalance Recommendation"
  }
}

resource "aws_cloudwatch_event_rule" "notice" {
  for_each = local.notices

  name        = "${var.name}-${each.key}"
  description = "${each.value.type}: told to the autoscaler of ${var.name}"
  event_pattern = jsonencode(merge(
    { source = [each.value.source], detail-type = [each.value.type] },
    each.value.detail == null ? {} : { detail = each.value.detail },
  ))
}

resource "aws_cloudwatch_event_target" "notice" {
  for_each = local.notices

  rule = aws_cloudwatch_event_rule.notice[each.key].name
  arn  = aws_sqs_queue.events.arn
}

data "aws_iam_policy_document" "events" {
  statement {
    sid       = "OurRulesOnly"
    actions   = ["sqs:SendMessage"]
    resources = [aws_sqs_queue.events.arn]

    principals {
      type        = "Service"
      identifiers = ["events.amazonaws.com"]
    }

    condition {
      test     = "ArnEquals"
      variable = "aws:SourceArn"
      values   = [for rule in aws_cloudwatch_event_rule.notice : rule.arn]
    }
  }
}

resource "aws_sqs_queue_policy" "events" {
  queue_url = aws_sqs_queue.events.id
  policy    = data.aws_iam_policy_document.events.json
}
