# What instances install themselves from: this repository's own scripts, job files and policies, the
# wheel and what is made here, as objects of the bucket that their roles may read and none may write.
#
# The names stay and the contents change, so that a new client always takes what is newest.  The
# manifest is written last and says what each file must hash to: an instance that boots in the middle
# of an apply sees that they do not agree, and asks again.

locals {
  setup_prefix = ".setup/"
  repository   = "${path.module}/.."

  own_wheels = sort(fileset("${local.repository}/dist", "nomad_queue_autoscaler-*.whl"))
  wheel_path = var.wheel != null ? var.wheel : length(local.own_wheels) == 1 ? "${local.repository}/dist/${local.own_wheels[0]}" : ""
  wheels     = local.stock && local.wheel_path != "" ? { "wheel/${basename(local.wheel_path)}" = local.wheel_path } : {}

  setup_copies = merge(
    # Python leaves its own behind where scripts were run.
    { for name in fileset(local.repository, "packer/provision/**") : name => "${local.repository}/${name}" if !strcontains(name, "__pycache__") },
    { for name in fileset(local.repository, "packer/*.{env,txt}") : name => "${local.repository}/${name}" },
    { for name in fileset(local.repository, "nomad/**") : name => "${local.repository}/${name}" },
    { for name in fileset(path.module, "boot/*.{sh,py}") : name => "${path.module}/${name}" },
    local.wheels,
  )
  setup_texts = {
    "server.env"             = templatefile("${path.module}/templates/cluster.env.tftpl", { variables = merge(local.shared_environment, local.server_environment) })
    "client.env"             = templatefile("${path.module}/templates/cluster.env.tftpl", { variables = merge(local.shared_environment, local.client_environment) })
    "autoscaler/config.yaml" = local.autoscaler_config
  }
  setup_sums = merge(
    { for name, path in local.setup_copies : name => filesha256(path) },
    { for name, text in local.setup_texts : name => sha256(text) },
  )

  shared_environment = {
    CLUSTER                   = var.name
    REGION                    = var.region
    DATACENTER                = "dc1"
    NODE_CLASS                = local.node_class
    SERVER_TAG_KEY            = local.server_tag_key
    SERVER_TAG_VALUE          = var.name
    ASG_NAME                  = local.group_name
    NOMAD_TLS                 = tostring(var.nomad_tls)
    DATADOG_API_KEY_PARAMETER = var.datadog ? "${local.secrets_path}/datadog/api-key" : ""
    DATADOG_SITE              = var.datadog_site
    WHEEL                     = join("", [for name in keys(local.wheels) : "/opt/cluster-setup/${name}"])
  }
  server_environment = {
    S3_BUCKET                  = aws_s3_bucket.videos.id
    SECRETS_PATH               = local.secrets_path
    GOSSIP_KEY_PARAMETER       = "${local.secrets_path}/nomad/gossip-key"
    MANAGEMENT_TOKEN_PARAMETER = "${local.secrets_path}/nomad/management-token"
    ROLES                      = var.server_ami_id != null ? "" : join(" ", concat(["nomad", "autoscaler"], var.datadog ? ["datadog"] : []))
  }
  client_environment = {
    TLS_PARAMETER_PREFIX = "${local.secrets_path}/nomad/client-tls"
    ROLES                = var.client_ami_id != null ? "" : join(" ", concat(["nomad", "ffmpeg", "transcoder"], var.datadog ? ["datadog"] : []))
  }

  node_class = "transcode"
  autoscaler_config = templatefile("${path.module}/templates/autoscaler.yaml.tftpl", {
    datadog      = var.datadog
    events_queue = aws_sqs_queue.events.url
    group        = local.group_name
    name         = var.name
    node         = var.client_node
    node_class   = local.node_class
    nomad_tls    = var.nomad_tls
    region       = var.region
    size_max     = var.client_max
    size_min     = var.client_min
    target_wait  = var.target_wait
  })
}

resource "aws_s3_object" "setup_copy" {
  for_each = local.setup_copies

  bucket      = aws_s3_bucket.videos.id
  key         = "${local.setup_prefix}${each.key}"
  source      = each.value
  source_hash = filesha256(each.value)

  lifecycle {
    precondition {
      condition     = !local.stock || length(local.wheels) == 1
      error_message = "There is no wheel to install, or several in ../dist: make one (python3 -m pip wheel --no-deps --wheel-dir dist . in the repository), or name it with the variable wheel."
    }
  }

  depends_on = [aws_s3_bucket_policy.videos]
}

resource "aws_s3_object" "setup_text" {
  for_each = local.setup_texts

  bucket  = aws_s3_bucket.videos.id
  key     = "${local.setup_prefix}${each.key}"
  content = each.value

  depends_on = [aws_s3_bucket_policy.videos]
}

resource "aws_s3_object" "setup_manifest" {
  bucket  = aws_s3_bucket.videos.id
  key     = "${local.setup_prefix}manifest.json"
  content = jsonencode(local.setup_sums)

  depends_on = [aws_s3_object.setup_copy, aws_s3_object.setup_text]
}
