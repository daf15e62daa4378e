0: check --settings 180,10,7
