"""What a detection study tells: sentences, charts, a report, files, the command."""
