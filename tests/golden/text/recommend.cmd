0: recommend -p aws-nlb
