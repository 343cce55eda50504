"""What is compared over HTTP: the client, the questions of readers and authors, and the servers."""
