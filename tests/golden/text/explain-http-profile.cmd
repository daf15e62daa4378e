0: explain nginx
