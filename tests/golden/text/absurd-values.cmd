1: check --settings 2147483647,2147483647,127 -p aws-nlb
