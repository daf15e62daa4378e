1: SOURCE_DATE_EPOCH=1830000000 check --settings 7200,75,9 -p aws-nlb
