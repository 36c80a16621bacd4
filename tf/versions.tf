terraform {
  # Write-only arguments and ephemeral variables, by which no secret comes into the state, are of 1.11.
  required_version = ">= 1.11, < 2.0"

  required_providers {
    aws = {
      source = "hashicorp/aws"
      # The last of the 5 series.  6 renames what is used here of regions; a step to be made on purpose.
      version = "~> 5.100"
    }
    # Asked of its registry by `terraform init` in any case, and of nothing else unless datadog = true.
    datadog = {
      source  = "DataDog/datadog"
      version = "~> 4.19"
    }
  }
}

provider "aws" {
  region = var.region

  default_tags {
    tags = local.tags
  }
}

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

locals {
  # What all things of this cluster carry.  The server's role may change groups of this tag only.
  tag_key = "nomad-cluster"
  tags    = merge(var.tags, { (local.tag_key) = var.name, "managed-by" = "terraform" })

  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition
  # By this tag of the server's instance its clients find it.
  server_tag_key = "nomad-server"
  group_name     = "${var.name}-clients"
}
