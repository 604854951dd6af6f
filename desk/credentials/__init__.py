"""Credentials of awards: their rows, when one takes another's place, which still count."""
