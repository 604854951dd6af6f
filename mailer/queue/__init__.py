"""The ledger: one row is the truth about one mail."""
