0: check --color always --settings 270,10,7 -p aws-nlb
