"""How sentences are found; clusters/locale/babel.cfg says where."""

import ast
import io
import os
from http import HTTPStatus

import django
from babel.messages.extract import extract_python
from django.utils.translation.template import templatize

# All that mark words, whenever these are translated. A count has two sentences of its
# own, not one and its plural: the core knows no grammar.
PLAIN = {"_", "gettext", "gettext_lazy", "gettext_noop"}
PLURAL = {"ngettext", "ngettext_lazy"}
CONTEXT = {"pgettext", "pgettext_lazy"}
SENTENCES = {"say", "say_count"}


def python(file, keywords, comment_tags, options):
    """Literals in Python, also those that are written in several pieces."""
    module = ast.parse(file.read())
    known = PLAIN | PLURAL | CONTEXT | _makers_of_sentences(module)
    for node in ast.walk(module):
        is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        if is_call and node.func.id in known:
            for function, words in _marked(node.func.id, node.args):
                yield node.lineno, function, words, []


def _makers_of_sentences(module):
    """Other modules may say something else, a line on the terminal for example."""
    imports = (node for node in ast.walk(module) if isinstance(node, ast.ImportFrom))
    names = [n.names for n in imports if n.module == "clusters.core.text"]
    return SENTENCES & {found.name for group in names for found in group}


def _marked(name, arguments):
    words = [getattr(argument, "value", None) for argument in arguments]
    if name in PLURAL:
        yield "ngettext", tuple(words[:2])
    elif name in CONTEXT:
        yield "pgettext", tuple(words[:2])
    else:
        literals = words[1:] if name == "say_count" else words[:1]
        yield from (("gettext", each) for each in literals if isinstance(each, str))


def templates(file, keywords, comment_tags, options):
    """Words of a template, as Django itself sees them."""
    code = templatize(file.read().decode())
    # An indented template is no indented Python.
    flat = "\n".join(line.lstrip() for line in code.splitlines())
    source = io.BytesIO(flat.encode())
    yield from extract_python(source, keywords, comment_tags, options)


def interface(file, keywords, comment_tags, options):
    """What the page about the REST interface shows of its own description."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "etcdpanel.settings")
    django.setup()
    from clusters.api import description, schema  # needs the set-up

    words = []
    for calls in description.groups(schema.openapi()).values():
        for call in calls:
            words += [call.summary, call.text]
            words += [row.text for row in (*call.parameters, *call.answers)]
    for shape in description.shapes(schema.openapi()):
        words += [shape.text, *(row.text for row in shape.rows)]
    known = {"", *(status.phrase for status in HTTPStatus)}  # words of the protocol
    for text in dict.fromkeys(each for each in words if each not in known):
        yield 1, "gettext", text.replace("%", "%%"), []
