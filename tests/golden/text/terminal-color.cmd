1: columns=80 check --settings 7200,75,9 -p aws-nlb
