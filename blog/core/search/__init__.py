"""Full-text search of public posts: index, queries, ranking, extracts."""
