1: check --settings 100,400,5 -p aws-nlb
