# What the servers tell each other, encrypted: a key from `nomad operator gossip keyring generate`
# (before Nomad 1.2: nomad operator keygen), the same on all servers.  It is read at a server's first
# start; afterwards `nomad operator gossip keyring` changes it.  Mode 0600: it is a secret.

server {
  encrypt = "${GOSSIP_KEY}"
}
