0: profiles list eks-envoy
