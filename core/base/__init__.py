"""What every wing stands on: parameters, paths, files, random numbers, cancellation. No classifier is known here."""
