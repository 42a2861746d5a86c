"""From reports to what people read."""
