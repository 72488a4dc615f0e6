// Placeholder until the first file of EmbeddedServer lands.
