0: recommend --hop 'idle=350s,name=first hop' --hop 'idle=400s,name=it'\''s the second' --hop idle=500s --hop idle=600s --detect-within 10m
