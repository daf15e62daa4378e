1: check --settings 7200,75,9 --hop 'idle=350s,name=bad[31m	name'
