0: config show --config waivers.yaml --detect-within 10m
