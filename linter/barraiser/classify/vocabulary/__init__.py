"""The words that classification knows, as plain tables: one module per subject, each row with where its meaning is documented."""
