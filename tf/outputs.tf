locals {
  # From a network of the Internet only the address there leads to the server; from private ones
  # only its own, for their packets come from within.
  from_the_internet = anytrue([for cidr in var.allowed_cidrs : !can(regex(local.private_networks, cidr))])
  server_address    = local.from_the_internet && var.nat == "none" ? aws_instance.server.public_ip : aws_instance.server.private_ip
}

output "nomad_addr" {
  description = "NOMAD_ADDR: from allowed_cidrs the server's own address (that on the Internet where one of them is no private network), else this machine's end of the port forward."
  value = format(
    "%s://%s:4646",
    var.nomad_tls ? "https" : "http",
    length(var.allowed_cidrs) == 0 ? "127.0.0.1" : local.server_address,
  )
}

output "bucket" {
  description = "Where results go, below videos/."
  value       = aws_s3_bucket.videos.id
}

output "group" {
  description = "The Auto Scaling group that the daemon sizes."
  value       = aws_autoscaling_group.clients.name
}

output "region" {
  description = "The region, for commands."
  value       = var.region
}

output "server_instance_id" {
  description = "The server's instance, for commands."
  value       = aws_instance.server.id
}

output "server_private_ip" {
  description = "The server's address inside the network."
  value       = aws_instance.server.private_ip
}

output "events_queue_url" {
  description = "The queue of AWS's notices: aws.events_queue of the daemon's configuration."
  value       = aws_sqs_queue.events.url
}

output "secrets_path" {
  description = "Where in the Parameter Store the secrets are."
  value       = local.secrets_path
}

output "commands" {
  description = "What people do next; each needs the AWS CLI, and sessions its Session Manager plugin."
  value = {
    shell         = "aws ssm start-session --region ${var.region} --target ${aws_instance.server.id}"
    nomad_forward = "aws ssm start-session --region ${var.region} --target ${aws_instance.server.id} --document-name AWS-StartPortForwardingSession --parameters portNumber=4646,localPortNumber=4646"
    page_forward  = "aws ssm start-session --region ${var.region} --target ${aws_instance.server.id} --document-name AWS-StartPortForwardingSession --parameters portNumber=9646,localPortNumber=9646"
    nomad_token   = "aws ssm get-parameter --region ${var.region} --name ${local.secrets_path}/nomad/dispatcher-token --with-decryption --query Parameter.Value --output text"
    setup_log     = "journalctl -u cluster-setup -f"
    setup_again   = "sudo systemctl start cluster-setup"
  }
}
