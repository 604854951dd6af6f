"""Backups of the database: written whole or not at all, and brought back only where nothing stands.

Here belong the copies of both kinds of database. What a command says about them stands in `badgepost.cli.backup`; that
a database which was brought back does not send again, in `mailer.instance`.
"""
