0: check --settings 7200,75,9 -p aws-nlb -p nginx --http-only
