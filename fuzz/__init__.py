"""Coverage-guided fuzzing of what reads strangers' bytes. For development only; needs `requirements/fuzz.txt`.

Here belong targets (a function each that takes bytes and asserts more than that nothing is raised), the inputs kept in
`corpus`, and the command that runs atheris on them. `tests/fuzz` replays every input without atheris.
"""
