0: check --settings 20,5,4 -p linux-conntrack --survive-outage 15s
