"""Addresses: permalinks, redirects, internal links, sitemap."""
