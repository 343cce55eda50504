"""Convert Markdown to safe HTML, and pasted HTML to Markdown. Pure."""
