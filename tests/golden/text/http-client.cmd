1: check --settings 7200,75,9 -p aws-alb --http-client 2m
