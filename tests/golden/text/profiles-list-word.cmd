0: profiles list aws tls
