0: columns=60 NO_COLOR=1 check --settings 7200,75,9
