# The bucket: results below videos/, the transcoder's notes below videos/.transcoder/, and below
# .setup/ what instances install themselves from.

resource "aws_s3_bucket" "videos" {
  #checkov:skip=CKV_AWS_145: SSE-S3 encrypts as well; a KMS key of one's own costs for each request and has a use only where its policy differs from the bucket's.
  #checkov:skip=CKV_AWS_18: access logs want a second bucket and are the account's policy; CloudTrail tells as much.
  #checkov:skip=CKV_AWS_144: results can be made again from their inputs, and a copy in another region doubles the price.
  #checkov:skip=CKV_AWS_21: names carry the content's hash and an object is never changed for another; versions would only keep what was deleted, at a price.
  #checkov:skip=CKV2_AWS_62: nobody waits for events; who wants them adds them.

  bucket        = coalesce(var.bucket_name, "${var.name}-${local.account}-${var.region}")
  force_destroy = var.bucket_force_destroy
}

resource "aws_s3_bucket_public_access_block" "videos" {
  bucket = aws_s3_bucket.videos.id

  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_ownership_controls" "videos" {
  bucket = aws_s3_bucket.videos.id

  rule {
    object_ownership = "BucketOwnerEnforced"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "videos" {
  bucket = aws_s3_bucket.videos.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_lifecycle_configuration" "videos" {
  bucket = aws_s3_bucket.videos.id

  # Parts of an upload that was broken off are billed until somebody throws them away.
  rule {
    id     = "abort-incomplete-uploads"
    status = "Enabled"

    filter {}

    abort_incomplete_multipart_upload {
      days_after_initiation = 1
    }
  }

  # What lies there saves work when the same is asked for again; lost, it costs work and no more.
  rule {
    id     = "expire-notes"
    status = "Enabled"

    filter {
      prefix = "videos/.transcoder/"
    }

    expiration {
      days = 30
    }
  }
}

data "aws_iam_policy_document" "bucket" {
  statement {
    sid       = "OnlyByTLS"
    effect    = "Deny"
    actions   = ["s3:*"]
    resources = [aws_s3_bucket.videos.arn, "${aws_s3_bucket.videos.arn}/*"]

    principals {
      type        = "*"
      identifiers = ["*"]
    }

    condition {
      test     = "Bool"
      variable = "aws:SecureTransport"
      values   = ["false"]
    }
  }
}

resource "aws_s3_bucket_policy" "videos" {
  bucket = aws_s3_bucket.videos.id
  policy = data.aws_iam_policy_document.bucket.json

  depends_on = [aws_s3_bucket_public_access_block.videos]
}
