0: check --settings 60,10,7 -p aws-nlb --detect-within 3m --survive-outage 1m --min-time 30s
