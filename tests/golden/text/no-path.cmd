0: check --settings 7200,75,9
