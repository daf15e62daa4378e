1: check --settings 7200,75,9 --hop idle=1m,name=firewall --lost-probes 126
