"""What is wrong with a mail before it is sent.

`linting` looks at one mail, `published` at a template, `addresses` at a roster.
"""
