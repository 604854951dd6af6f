"""What words mean, one YAML file a language; how a file is written stands at the top of `en.yaml`."""
