# An image of a Nomad client, or of the server, with all programs in it and no secret and no site:
# these come at boot, from configure-client.sh and configure-server.sh.
#
#   python3 -m pip wheel --no-deps --wheel-dir dist .
#   packer init packer
#   packer build packer
#   packer build -var role=server packer
#
# Packer gets in by Session Manager (its plugin has to be on this machine): no port is opened.

packer {
  required_version = ">= 1.10.0"

  required_plugins {
    amazon = {
      # As in versions.env; a plugin's version has to be written out here.
      version = "= 1.8.3"
      source  = "github.com/hashicorp/amazon"
    }
  }
}

locals {
  # versions.env, line by line.
  versions = {
    for line in split("\n", file("${path.root}/versions.env")) :
    split("=", line)[0] => split("=", line)[1] if can(regex("^[A-Z]", line))
  }
  wheel = var.wheel != "" ? var.wheel : join("", [
    "${path.root}/../dist/nomad_queue_autoscaler-",
    local.versions["AUTOSCALER_VERSION"],
    "-py3-none-any.whl",
  ])

  roles = {
    client = "nomad ffmpeg transcoder datadog"
    server = "nomad autoscaler datadog"
  }
  instance_types = { amd64 = "t3.small", arm64 = "t4g.small" }
  built_at       = formatdate("YYYYMMDD-hhmmss", timestamp())

  tags = {
    Name         = "${var.name_prefix}-${var.role}"
    role         = var.role
    architecture = var.architecture
    nomad        = local.versions["NOMAD_VERSION"]
    autoscaler   = local.versions["AUTOSCALER_VERSION"]
    base         = "{{ .SourceAMIName }}"
  }
}

source "amazon-ebs" "image" {
  region          = var.region
  ami_name        = "${var.name_prefix}-${var.role}-${var.architecture}-${local.built_at}"
  ami_description = "Nomad ${var.role} with the programs of nomad-queue-autoscaler"
  instance_type   = local.instance_types[var.architecture]
  subnet_id       = var.subnet_id

  source_ami_filter {
    owners      = [local.versions["BASE_IMAGE_OWNER"]]
    most_recent = true
    filters = {
      name                = replace(local.versions["BASE_IMAGE_NAME"], "ARCHITECTURE", var.architecture)
      root-device-type    = "ebs"
      virtualization-type = "hvm"
    }
  }

  # In by Session Manager, with a role that is made for this build and can do nothing else.
  communicator  = "ssh"
  ssh_username  = "ubuntu"
  ssh_interface = "session_manager"
  temporary_iam_instance_profile_policy_document {
    Version = "2012-10-17"
    Statement {
      Effect = "Allow"
      Action = [
        "ssm:UpdateInstanceInformation",
        "ssmmessages:CreateControlChannel",
        "ssmmessages:CreateDataChannel",
        "ssmmessages:OpenControlChannel",
        "ssmmessages:OpenDataChannel",
      ]
      Resource = ["*"]
    }
  }
  # Where a rule is made all the same, it lets nobody in.
  temporary_security_group_source_cidrs = ["127.0.0.1/32"]

  # IMDSv2 only: for the building machine, and for all that start from the image.
  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }
  imds_support = "v2.0"

  encrypt_boot = true
  kms_key_id   = var.kms_key_id
  launch_block_device_mappings {
    device_name           = "/dev/sda1"
    volume_type           = "gp3"
    volume_size           = 8
    iops                  = 3000
    throughput            = 125
    delete_on_termination = true
  }

  tags          = local.tags
  snapshot_tags = local.tags
  run_tags      = { Name = "packer-${var.name_prefix}-${var.role}" }
}

build {
  sources = ["source.amazon-ebs.image"]

  provisioner "shell" {
    inline = [
      # A boot that is not over yet holds apt's lock.
      "cloud-init status --wait >/dev/null || true",
      "mkdir -p /tmp/provision/packer /tmp/provision/nomad",
    ]
  }

  provisioner "file" {
    sources     = ["${path.root}/provision", "${path.root}/versions.env", "${path.root}/requirements.txt"]
    destination = "/tmp/provision/packer/"
  }

  # What configures the machine at its boot needs these beside it.
  provisioner "file" {
    sources     = ["${path.root}/../nomad/agent", "${path.root}/../nomad/policies", "${path.root}/../nomad/transcode.nomad.hcl"]
    destination = "/tmp/provision/nomad/"
  }

  provisioner "file" {
    source      = local.wheel
    destination = "/tmp/provision/${basename(local.wheel)}"
  }

  provisioner "shell" {
    environment_vars = ["WHEEL=/opt/provision/${basename(local.wheel)}"]
    execute_command  = "sudo env {{ .Vars }} bash '{{ .Path }}'"
    inline_shebang   = "/bin/bash -e"
    inline = [
      "rm -rf /opt/provision && mv /tmp/provision /opt/provision && chown -R root:root /opt/provision",
      "chmod 0755 /opt/provision/packer/provision/*.sh /opt/provision/packer/provision/steps/*.sh",
      "/opt/provision/packer/provision/install.sh ${local.roles[var.role]}",
      # What is this machine's alone must not be all its copies': identity, keys, logs.
      "apt-get clean",
      "cloud-init clean --logs --seed --machine-id",
      "rm -f /etc/ssh/ssh_host_* /root/.ssh/authorized_keys /home/ubuntu/.ssh/authorized_keys",
    ]
  }

  post-processor "manifest" {
    output     = "packer-manifest.json"
    strip_path = true
  }
}
