1: check --settings 7200,75,0 -p aws-nlb
