0: explain KA-P012
