// Placeholder until the first file of Engine lands.
