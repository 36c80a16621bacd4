# The one Nomad server, and the daemon beside it.

# The image that Packer starts from too: Ubuntu, which has the SSM agent in it, by Canonical.
data "aws_ami" "ubuntu" {
  count = local.stock ? 1 : 0

  owners      = [local.versions.BASE_IMAGE_OWNER]
  most_recent = true

  filter {
    name   = "name"
    values = [replace(local.versions.BASE_IMAGE_NAME, "ARCHITECTURE", "amd64")]
  }

  filter {
    name   = "state"
    values = ["available"]
  }
}

locals {
  # packer/versions.env, where every version is.
  versions = { for pair in regexall("(?m)^([A-Z0-9_]+)=(.*)$", file("${local.repository}/packer/versions.env")) : pair[0] => pair[1] }

  # Whether some instance starts from it, and has to be given its programs.
  stock         = var.server_ami_id == null || var.client_ami_id == null
  ubuntu_ami_id = one(data.aws_ami.ubuntu[*].id)

  user_data = {
    for role in ["server", "client"] : role => templatefile("${path.module}/templates/cloud-init.yaml.tftpl", {
      bucket   = aws_s3_bucket.videos.id
      fetch    = base64gzip(file("${path.module}/templates/fetch.py"))
      launcher = base64gzip(file("${path.module}/templates/cluster-setup.sh"))
      prefix   = local.setup_prefix
      region   = var.region
      role     = role
      unit     = base64gzip(file("${path.module}/templates/cluster-setup.service"))
    })
  }
}

resource "aws_instance" "server" {
  #checkov:skip=CKV_AWS_126: CloudWatch's minute metrics cost more than they tell here; the daemon and the Datadog agent tell every ten seconds.
  #checkov:skip=CKV_AWS_88: an address of its own only with nat = "none", where it is the way out; the security group lets in allowed_cidrs and nobody else.
  ami                         = coalesce(var.server_ami_id, local.ubuntu_ami_id)
  instance_type               = var.server_instance_type
  subnet_id                   = local.instance_subnets[0]
  vpc_security_group_ids      = [aws_security_group.server.id]
  iam_instance_profile        = aws_iam_instance_profile.server.name
  associate_public_ip_address = var.nat == "none"
  ebs_optimized               = true
  user_data_base64            = base64encode(local.user_data.server)

  metadata_options {
    http_endpoint = "enabled"
    http_tokens   = "required"
    # Nothing in a container gets at the instance's role.
    http_put_response_hop_limit = 1
    instance_metadata_tags      = "disabled"
  }

  root_block_device {
    volume_type = "gp3"
    volume_size = var.server_disk_gb
    encrypted   = true
    tags        = merge(local.tags, { Name = "${var.name}-server" })
  }

  # T types that spend more than they earn are slowed down, not billed; others have no credits.
  dynamic "credit_specification" {
    for_each = startswith(var.server_instance_type, "t") ? [1] : []

    content {
      cpu_credits = "standard"
    }
  }

  tags = { Name = "${var.name}-server", (local.server_tag_key) = var.name }

  lifecycle {
    # The queue is on its disk: a new image or script is no reason for a new server.  What changes is
    # fetched by `systemctl start cluster-setup`; to replace it on purpose, terraform apply -replace.
    # A server that is stopped has no public address, and is none the worse for it.
    ignore_changes = [ami, user_data_base64, associate_public_ip_address]
  }

  # Its first boot wants a way out, its rights and what to install.
  depends_on = [
    aws_iam_role_policy.server,
    aws_route.private,
    aws_route.public,
    aws_s3_object.setup_manifest,
    aws_ssm_parameter.nomad,
    aws_vpc_security_group_egress_rule.internet,
  ]
}
