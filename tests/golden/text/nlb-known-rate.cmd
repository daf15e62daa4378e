1: check --settings 7200,75,9 -p aws-nlb --hz 250
