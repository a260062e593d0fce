"""Common corruptions on the Evaluate page: what is asked, and how right models are under each of them."""
