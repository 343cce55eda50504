"""Back up a blog, restore it, and back it up before an upgrade."""
