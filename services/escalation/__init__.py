"""The ladder that climbs by itself when a promise is broken."""
