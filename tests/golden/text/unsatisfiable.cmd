1: check --settings 7200,75,9 --hop idle=100s --survive-outage 10m --detect-within 2m
