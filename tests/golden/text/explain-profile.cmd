0: explain aws-nlb-tls
