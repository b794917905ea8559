print("contact-relay")
