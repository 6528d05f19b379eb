"""What intake reaches outside its database: the mail world and the parser's process."""
