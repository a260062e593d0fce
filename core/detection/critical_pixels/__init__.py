"""The pixels where signatures are strong or change under attack: chosen, tried, tested."""
