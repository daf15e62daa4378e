1: check --color always --settings 7200,75,9 -p aws-nlb --detect-within 2m
