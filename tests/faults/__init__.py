"""What happens to a blog when everything around it fails."""
