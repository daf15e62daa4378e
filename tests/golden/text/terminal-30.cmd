0: columns=30 NO_COLOR=1 recommend -p aws-nlb
