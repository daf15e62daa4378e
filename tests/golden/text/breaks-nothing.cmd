0: check --settings 7200,75,9 -p ../rules/affinity.yaml
