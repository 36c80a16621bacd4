# Secrets lie in the Parameter Store, encrypted.  None is in a file, in the state, in a plan or in user
# data, and Terraform never sees those of Nomad: the server makes them at its first boot and writes
# them here.  What Terraform makes are the places, so that terraform destroy takes them away, and
# because they are write-only it never reads back what the server put in.

locals {
  secrets_path = "/${var.name}"
  # A place that nobody has written to (boot/secret.py).  In the form of a token: the server asks Nomad
  # whether it knows the one that it finds, and to another form Nomad's answer is an error, not a no.
  unset = "00000000-0000-0000-0000-000000000000"

  nomad_secrets = merge(
    {
      "nomad/gossip-key"       = "What servers encrypt their gossip with."
      "nomad/management-token" = "May do everything: for emergencies and for the server's own set-up."
      "nomad/dispatcher-token" = "For people and programs that dispatch videos and ask what became of them."
      "nomad/operator-token"   = "For people who look, and change nothing."
    },
    var.nomad_tls ? {
      "nomad/ca-key"                   = "Signs the servers' and clients' certificates."
      "nomad/client-tls/ca.pem"        = "The certificate by which agents and people know the server."
      "nomad/client-tls/agent.pem"     = "The certificate that clients show."
      "nomad/client-tls/agent-key.pem" = "The key of that certificate."
    } : {},
  )
  # What a client's role may read.
  client_secrets = concat(
    var.nomad_tls ? ["nomad/client-tls/ca.pem", "nomad/client-tls/agent.pem", "nomad/client-tls/agent-key.pem"] : [],
    var.datadog ? ["datadog/api-key"] : [],
  )
}

resource "aws_ssm_parameter" "nomad" {
  #checkov:skip=CKV_AWS_337: the key of AWS's own for parameters is enough: who may read them is said by IAM, and a key of one's own costs a dollar a month.

  for_each = local.nomad_secrets

  name             = "${local.secrets_path}/${each.key}"
  description      = each.value
  type             = "SecureString"
  value_wo         = local.unset
  value_wo_version = 1
}

resource "aws_ssm_parameter" "datadog_api_key" {
  #checkov:skip=CKV_AWS_337: see above.

  count = var.datadog ? 1 : 0

  name             = "${local.secrets_path}/datadog/api-key"
  description      = "What the Datadog agents send with."
  type             = "SecureString"
  value_wo         = var.datadog_api_key
  value_wo_version = var.datadog_api_key_version
}
