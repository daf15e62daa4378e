1: check --settings 320,20,5 -p aws-nlb
