"""The mail standards as pure functions: standard library only, no I/O, no clock."""
