"""Write, save, publish and delete posts."""
