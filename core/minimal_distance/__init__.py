"""How far each image lies from the nearest one that is answered wrong, and what follows for a classifier."""
