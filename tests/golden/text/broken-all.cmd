1: check --settings -1,0,0 -p azure-lb
