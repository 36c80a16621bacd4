# Nothing comes in but what is named here, and nothing by SSH: people come through Session Manager,
# which the agent on each instance asks for from inside.
#
#   to       port   from                 for
#   server   4647   clients, servers     Nomad's RPC: clients join, take work, report
#   server   4648   servers              Nomad's gossip, for the day when there are three
#   server   4646   allowed_cidrs        the HTTP API and the page, for people
#
# The daemon asks its server on loopback, and logs of tasks are read through the server, on the
# connection that the client made: nothing ever has to come to a client.

resource "aws_security_group" "server" {
  name        = "${var.name}-server"
  description = "The Nomad server of ${var.name}"
  vpc_id      = aws_vpc.main.id

  tags = { Name = "${var.name}-server" }
}

resource "aws_security_group" "clients" {
  name        = "${var.name}-clients"
  description = "The Nomad clients of ${var.name}"
  vpc_id      = aws_vpc.main.id

  tags = { Name = "${var.name}-clients" }
}

resource "aws_vpc_security_group_ingress_rule" "rpc_from_clients" {
  security_group_id            = aws_security_group.server.id
  description                  = "Nomad RPC from the clients"
  referenced_security_group_id = aws_security_group.clients.id
  ip_protocol                  = "tcp"
  from_port                    = 4647
  to_port                      = 4647
}

resource "aws_vpc_security_group_ingress_rule" "rpc_from_servers" {
  security_group_id            = aws_security_group.server.id
  description                  = "Nomad RPC between servers"
  referenced_security_group_id = aws_security_group.server.id
  ip_protocol                  = "tcp"
  from_port                    = 4647
  to_port                      = 4647
}

resource "aws_vpc_security_group_ingress_rule" "gossip" {
  for_each = toset(["tcp", "udp"])

  security_group_id            = aws_security_group.server.id
  description                  = "Nomad gossip between servers (${each.key})"
  referenced_security_group_id = aws_security_group.server.id
  ip_protocol                  = each.key
  from_port                    = 4648
  to_port                      = 4648
}

resource "aws_vpc_security_group_ingress_rule" "http_api" {
  for_each = toset(var.allowed_cidrs)

  security_group_id = aws_security_group.server.id
  description       = "Nomad HTTP API from ${each.key}"
  cidr_ipv4         = each.key
  ip_protocol       = "tcp"
  from_port         = 4646
  to_port           = 4646
}

locals {
  members = { server = aws_security_group.server.id, clients = aws_security_group.clients.id }
  # Name service, time and metadata are AWS's own addresses, which no security group stands before.
  ways_out = {
    for pair in setproduct(keys(local.members), var.input_ports) : "${pair[0]}-${pair[1]}" => {
      group = local.members[pair[0]]
      port  = pair[1]
    }
  }
}

resource "aws_vpc_security_group_egress_rule" "internet" {
  for_each = local.ways_out

  security_group_id = each.value.group
  description       = "Packages, AWS and inputs, port ${each.value.port}"
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = each.value.port
  to_port           = each.value.port
}

resource "aws_vpc_security_group_egress_rule" "rpc" {
  for_each = local.members

  security_group_id            = each.value
  description                  = "Nomad RPC to the server"
  referenced_security_group_id = aws_security_group.server.id
  ip_protocol                  = "tcp"
  from_port                    = 4647
  to_port                      = 4647
}

resource "aws_vpc_security_group_egress_rule" "gossip" {
  for_each = toset(["tcp", "udp"])

  security_group_id            = aws_security_group.server.id
  description                  = "Nomad gossip between servers (${each.key})"
  referenced_security_group_id = aws_security_group.server.id
  ip_protocol                  = each.key
  from_port                    = 4648
  to_port                      = 4648
}
