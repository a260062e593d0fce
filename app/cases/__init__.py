"""The casebook on the screen: saving a case, the gallery of cases, and the panel of one."""
