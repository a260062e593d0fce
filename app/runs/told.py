"""What a run that measures has found, in the sentences of its task, with the models' titles for their names."""

import re
from collections.abc import Mapping
from typing import Any

from app.ui.cached import classifiers
from app.ui.markdown import plain
from core.runs.task_words import found

LONGEST = 2000  # letters on the page


def told(task: str, result: Mapping[str, Any]) -> str:
    """The sentences of a task that has some, safe on a page; "" for any other, or a result that is not one."""
    return plain(titled(found(task, result), classifiers()).replace("\n", " "), LONGEST)


def titled(text: str, titles: Mapping[str, str]) -> str:
    """`text` with the title of each model in place of its name. titles: classifier name -> title.

    >>> titled("a:b is ahead of a:bc, net_v2, than a:b: a:b.", {"a:b": "One", "a:bc": "Two", "net_v2": "Three"})
    'One is ahead of Two, Three, than One: One.'
    """
    if not titles:
        return text
    names = "|".join(re.escape(name) for name in sorted(titles, key=len, reverse=True))
    return re.sub(rf"(?<![\w:@-])(?:{names})(?![\w@-]|:\w)", lambda name: titles[name[0]], text)
