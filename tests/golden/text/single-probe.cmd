0: check --settings 60,30,1 -p aws-nlb --lost-probes 0
