"""Posts for readers: articles, lists, the archive, tags, feed items."""
