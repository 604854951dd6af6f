"""A form with fields of any number, or with a file: read only once it is known who sends it.

FastAPI reads a form that a handler declares before it asks anybody; a stranger's 20 MB would be on our disk by then.
"""

from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import Depends, Request, UploadFile
from starlette.datastructures import FormData
from starlette.datastructures import UploadFile as Uploaded

from web.console.visitors import ActingManaged
from web.door import pass_door


async def _read_form(request: Request, _managed: ActingManaged) -> AsyncIterator[FormData]:
    form = await request.form()
    try:
        yield form
    finally:
        await form.close()


SentForm = Annotated[FormData, Depends(_read_form)]


async def _bring_to_door(request: Request, form: SentForm) -> AsyncIterator[FormData]:
    async with pass_door(request):
        yield form


SentToDoor = Annotated[FormData, Depends(_bring_to_door)]
"""The same for what takes long to look at (`web.door`): received first, however long that takes, and then let in."""


def text_of(form: FormData, name: str, longest: int = 2000) -> str:
    """Return a field's text, cut; empty if it was not sent or is a file."""
    value = form.get(name)
    return value[:longest].replace("\0", "") if isinstance(value, str) else ""


def file_of(form: FormData, name: str) -> UploadFile | Uploaded | None:
    """Return the file of a field; None if none was chosen."""
    value = form.get(name)
    return value if isinstance(value, Uploaded) and value.filename else None
