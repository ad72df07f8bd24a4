"""A page as a tree, so that tests ask for elements instead of searching in text."""

from html.parser import HTMLParser

VOID = {"area", "br", "col", "hr", "img", "input", "link", "meta", "wbr"}
# SVG's own void-like elements close themselves in the source.
CLOSES_ITSELF = {"path", "circle", "rect"}


class Element:
    """One element: its attributes, its children, its words."""

    def __init__(self, tag, attributes, parent=None):
        self.tag = tag
        self.attributes = attributes
        self.parent = parent
        self.children = []

    def __getitem__(self, name):
        return self.attributes[name]

    def get(self, name, otherwise=""):
        return self.attributes.get(name, otherwise)

    def has(self, name):
        return name in self.attributes

    @property
    def classes(self):
        return self.get("class", "").split()

    @property
    def text(self):
        parts = (c if isinstance(c, str) else c.text for c in self.children)
        return " ".join(" ".join(parts).split())

    def walk(self):
        for child in self.children:
            if isinstance(child, Element):
                yield child
                yield from child.walk()

    def all(self, tag="", **wanted):
        """Every element below of this tag with these attributes (`cls` is a class)."""
        cls = wanted.pop("cls", "")
        return [
            element
            for element in self.walk()
            if (not tag or element.tag == tag)
            and (not cls or cls in element.classes)
            and all(element.get(k, None) == v for k, v in wanted.items())
        ]

    def one(self, tag="", **wanted):
        found = self.all(tag, **wanted)
        assert len(found) == 1, f"{len(found)} of {tag} {wanted}"
        return found[0]

    def id(self, name):
        return self.one(id=name)


class Reader(HTMLParser):
    """Builds the tree and refuses what is not closed in its place."""

    def __init__(self):
        super().__init__()
        self.root = self.here = Element("", {})

    def handle_starttag(self, tag, attributes):
        names = [name for name, _ in attributes]
        assert len(names) == len(set(names)), f"an attribute twice: <{tag} {names}>"
        element = Element(tag, {k: v or "" for k, v in attributes}, self.here)
        self.here.children.append(element)
        if tag not in VOID:
            self.here = element

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag):
        assert self.here.tag == tag, f"</{tag}> closes <{self.here.tag}>"
        self.here = self.here.parent

    def handle_data(self, data):
        self.here.children.append(data)


def parse(html):
    reader = Reader()
    reader.feed(html)
    reader.close()
    assert reader.here is reader.root, f"<{reader.here.tag}> is never closed"
    return reader.root
