"""The editor: form, autosave, previews, revisions."""
