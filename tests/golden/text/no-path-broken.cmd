1: check --settings 7200,0,9
