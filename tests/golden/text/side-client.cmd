1: check --settings 7200,75,9 -p aws-nlb-tls -p azure-lb --side client
