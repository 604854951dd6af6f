"""Webhooks: telling other systems what happened, with the ledger's care."""
