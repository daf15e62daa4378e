0: recommend -p aws-nlb --hz 250
