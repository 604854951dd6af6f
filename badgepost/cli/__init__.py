"""The command line. One module a subject; each adds its commands to `app`."""
