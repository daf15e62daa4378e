0: profiles list
