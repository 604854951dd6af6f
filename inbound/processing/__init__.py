"""From a delivery that waits to what was done with it: claims, the reading room, one step at a time."""
