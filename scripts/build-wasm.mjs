// Placeholder until compute/ lands.
