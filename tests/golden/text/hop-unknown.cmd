0: check --settings 270,10,7 --hop idle=350s,keepalive=unknown,name=appliance
