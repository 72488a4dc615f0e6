// Placeholder until the first file of Storage lands.
