"""Read posts as visitors see them: articles, lists, archive, tags, feed items."""
