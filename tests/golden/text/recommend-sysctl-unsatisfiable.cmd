1: recommend -p aws-nlb --min-time 2h -f sysctl
