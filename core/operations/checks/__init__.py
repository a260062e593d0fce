"""One file for each subject of `counterproof doctor`; each function looks at one thing and returns what it found."""
