"""What `core.doctor` looks at, by noun; each module yields findings, writes nothing, and says what to do."""
