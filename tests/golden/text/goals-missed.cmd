1: check --settings 7200,75,9 --hop idle=1h,name=firewall --detect-within 5m --survive-outage 1m --lost-probes 2
