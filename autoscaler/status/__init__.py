"""What the daemon shows to people: the picture that page, API and command line share."""
