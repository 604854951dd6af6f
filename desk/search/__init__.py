"""Full text search for staff: over tickets and mails, people, badges and issuers."""
