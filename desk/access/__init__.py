"""Other systems: tokens, scopes, answers that are kept. No HTTP."""
