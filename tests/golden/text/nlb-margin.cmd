1: check --settings 270,10,7 -p aws-nlb --margin 20%
