"""The rules: a file that support staff can read, checked when loaded, decided on in linear time. Pure."""
