"""Many pictures under one attack: gathered, studied one by one, told as a row each, sorted, counted, written."""
