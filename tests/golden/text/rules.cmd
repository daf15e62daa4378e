0: rules
