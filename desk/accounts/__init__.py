"""What earners do with their account: log in, keep a profile and addresses, show or hide badges, leave."""
