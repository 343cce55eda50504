"""The writing page: form, autosave, previews, revisions."""
