# For the test that applies everything to a local stand-in of AWS: where that is, and what it lacks.

provider "aws" {
  access_key                  = "local"
  secret_key                  = "local"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
  s3_use_path_style           = true
}

# Nobody there publishes images but ourselves.
data "aws_ami" "ubuntu" {
  owners = ["self"]
}

# It denies without looking at the condition that a statement has.
resource "aws_s3_bucket_policy" "videos" {
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = "*", Action = "s3:GetObject", Resource = "${aws_s3_bucket.videos.arn}/none" }]
  })
}
