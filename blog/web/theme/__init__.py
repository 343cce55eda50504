"""The owner's look: custom.css, templates, accent colour and typeface."""
