"""HTTP: the blueprints, and the guards, readers and writers that they share."""
