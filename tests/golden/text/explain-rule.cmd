0: explain KA201
