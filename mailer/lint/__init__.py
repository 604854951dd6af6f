"""What is wrong with a mail before it is sent: `linting.lint_mail` for one, `addresses.lint_addresses` for a roster."""
