1: check --settings 7200,75,9 -p aws-nat-gateway --min-time 6m
