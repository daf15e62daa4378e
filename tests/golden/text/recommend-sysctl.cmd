0: recommend -p aws-nlb -f sysctl
