"""What an issuer is on record as, changed by its managers: badge classes, branding, contacts, policy. No HTTP."""
