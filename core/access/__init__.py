"""Who may do what: roles, persons, the policy that names them, whose a thing is, and the one check that refuses."""
