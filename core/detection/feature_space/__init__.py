"""What a network computes of originals and of attacked images: its last features, and every layer."""
