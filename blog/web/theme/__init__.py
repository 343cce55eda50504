"""The owner's theme: custom.css, templates, accent colour and typeface."""
