# TLS for RPC and for the HTTP API: ca.pem, agent.pem and agent-key.pem are this agent's own, made by
# `nomad tls ca create` and `nomad tls cert create -server` or `-client` (before Nomad 1.5 by another
# CA) for server.${NOMAD_REGION}.nomad or client.${NOMAD_REGION}.nomad, localhost and 127.0.0.1.

tls {
  http = true
  rpc  = true

  ca_file   = "${TLS_DIR}/ca.pem"
  cert_file = "${TLS_DIR}/agent.pem"
  key_file  = "${TLS_DIR}/agent-key.pem"

  # Only who has a server's certificate is taken for a server.
  verify_server_hostname = true
  # Who asks the HTTP API shows a token, not a certificate: browsers and people have none.
  verify_https_client = false
}
