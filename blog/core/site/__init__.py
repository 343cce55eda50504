"""The site's settings, and what every page needs of them."""
