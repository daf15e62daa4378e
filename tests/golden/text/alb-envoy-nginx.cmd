1: check --settings 7200,75,9 -p aws-alb -p aws-nlb -p envoy --http-server 75s
