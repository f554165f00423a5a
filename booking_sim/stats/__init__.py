"""Statistics: frame -> frame. They know of attempts and nothing of databases."""
