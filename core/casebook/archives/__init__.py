"""Cases taken along as one zip, and brought into another casebook whole or not at all."""
