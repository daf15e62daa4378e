1: check --settings 7200,75,9 --config waivers.yaml
