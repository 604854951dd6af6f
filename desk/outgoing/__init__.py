"""The mails that go out, as staff look at them and decide about them. No HTTP, no SMTP."""
