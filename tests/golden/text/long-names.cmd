1: check --settings 7200,75,9 --hop idle=350s,name=the-balancer-of-the-second-data-centre-which-has-a-long-name --hop idle=60s,layer=7,keepalive=ignored,name=short
