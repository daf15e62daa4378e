1: check --settings 7200,75,9 -p azure-lb -p linux-ipvs
