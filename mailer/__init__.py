"""From a fact ("this badge was awarded") to a message that the next hop accepted."""
