"""Studies and comparisons computed in threads, which never call Streamlit."""
