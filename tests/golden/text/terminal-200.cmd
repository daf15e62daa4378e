1: columns=200 NO_COLOR=1 check --settings 7200,75,9 -p aws-nlb
