"""The parts of issuing a roster: what is ordered, who holds what already, what follows for a row, what is written.

The act itself stands in `desk.issue`.
"""
