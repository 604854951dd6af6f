"""From the text of a mail to what its writer wants: intent, people, names. Pure: the register is passed in."""
