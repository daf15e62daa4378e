0: recommend -p aws-nlb --settings 270,10,7
