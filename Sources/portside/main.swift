print("portside")
