1: check --settings 300,60,5 -p aws-nlb
