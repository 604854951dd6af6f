"""From a composed message to the reply of the next hop."""
