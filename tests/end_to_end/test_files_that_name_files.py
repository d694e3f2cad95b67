"""Documents that libraries in C read, and the files that these name: results follow both.

Expected values are those that the files were made with.
"""

from __future__ import annotations

import h5py
import pytest

from tests.support.traced_folder import TRACING, Folder, settled

pytestmark = pytest.mark.slow

START = "import os\nfrom mlx2smk import trial\n" + TRACING

XML = (
    START
    + """
import lxml.html, lxml.objectify
from lxml import etree
from lxml.etree import parse

class Schema(etree.XMLSchema):
    pass

def checked(schema, value):
    assert isinstance(schema, etree.XMLSchema) and not isinstance(3, etree.XMLSchema)
    assert isinstance(schema, Schema) == (type(schema) is Schema)
    return value * schema.validate(etree.XML("<a>5</a>"))

WAYS = {
    "parsed": lambda: parse("parsed.xml").getroot().text,
    "parser": lambda: etree.parse("parser.xml", parser=etree.XMLParser()).getroot().text,
    "tree": lambda: etree.ElementTree(file="tree.xml").getroot().text,
    "html": lambda: lxml.html.parse("html.xml").getroot().text_content(),
    "object": lambda: lxml.objectify.parse("object.xml").getroot(),
    "styled": lambda: str(etree.XSLT(etree.parse("styled.xml"))(etree.XML("<a/>"))),
    "schema": lambda: checked(etree.XMLSchema(file="schema.xsd"), 5),
    "own": lambda: checked(Schema(file="own.xsd"), 5),
    "absent": lambda: etree.parse("absent.xml").getroot().text,
    "other": lambda: etree.XML("<a>7</a>").text,
}

def included():
    tree = etree.parse("including.xml")
    tree.xinclude()
    return tree.getroot()[0].text

def named():
    return etree.parse("named.xml", etree.XMLParser(resolve_entities=True)).getroot().text

WAYS.update(included=included, named=named)

@trial(1, {"how": HOWS})
def read(how):
    ran("read", how)
    return float(WAYS[how]())
""".replace(
        "HOWS",
        repr(
            [
                "absent",
                "html",
                "included",
                "named",
                "object",
                "other",
                "own",
                "parsed",
                "parser",
                "schema",
                "styled",
                "tree",
            ]
        ),
    )
)

SHEET = '<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">{}</xsl:stylesheet>'
RULE = '<xsl:output method="text"/><xsl:template match="/">{}</xsl:template>'
SCHEMA = '<s:schema xmlns:s="http://www.w3.org/2001/XMLSchema"><s:element name="{}"/></s:schema>'
INCLUDING = '<a xmlns:i="http://www.w3.org/2001/XInclude"><i:include href="part.xml"/></a>'


def write_documents(folder, value):
    """Write all documents; those that name another one are the same with each value."""
    for name in ("parsed", "parser", "tree", "html", "object"):
        (folder / f"{name}.xml").write_text(f"<a>{value}</a>")
    for name in ("schema", "own"):
        (folder / f"{name}.xsd").write_text(SCHEMA.format("a" if value == 5 else "b"))
    (folder / "styled.xml").write_text(SHEET.format('<xsl:import href="rule.xml"/>'))
    (folder / "including.xml").write_text(INCLUDING)
    (folder / "named.xml").write_text('<!DOCTYPE a [<!ENTITY e SYSTEM "e.txt">]><a>&e;</a>')
    write_parts(folder, value)


def write_parts(folder, value):
    (folder / "rule.xml").write_text(SHEET.format(RULE.format(value)))
    (folder / "part.xml").write_text(f"<b>{value}</b>")
    (folder / "e.txt").write_text(f"{value}")


def test_xml_files_and_what_they_name(tmp_path):
    folder = tmp_path / "work"
    folder.mkdir()
    write_documents(folder, 5)
    lab = Folder(folder, XML)
    parts = ["read included", "read named", "read styled"]
    assert len(lab.run()) == 12
    assert lab.results("read") == ["OSError", 5, 5, 5, 5, 7, 5, 5, 5, 5, 5, 5]
    settled(lab)
    write_parts(folder, 6)
    assert lab.run(compiled=False) == parts
    assert lab.results("read") == ["OSError", 5, 6, 6, 5, 7, 5, 5, 5, 5, 6, 5]
    settled(lab)
    write_documents(folder, 9)
    (folder / "absent.xml").write_text("<a>9</a>")
    assert len(lab.run(compiled=False)) == 11
    assert lab.results("read") == [9, 9, 9, 9, 9, 7, 0, 9, 9, 0, 9, 9]
    settled(lab)


HDF5 = (
    START
    + """
import h5py

@trial(1, {"how": ["linked", "parts", "raw", "whole"]})
def read(how):
    ran("read", how)
    with h5py.File(f"{how}.h5") as file:
        return int(file["a"][0])
"""
)


def write_hdf5(folder, value):
    with h5py.File(folder / "one.h5", "w") as file:
        file["a"] = [value]
    (folder / "one.raw").write_bytes(bytes([value]))


def test_hdf5_files_and_those_that_hold_their_parts(tmp_path):
    folder = tmp_path / "work"
    folder.mkdir()
    write_hdf5(folder, 5)
    with h5py.File(folder / "linked.h5", "w") as file:
        file["a"] = h5py.ExternalLink("one.h5", "a")
    with h5py.File(folder / "parts.h5", "w") as file:
        layout = h5py.VirtualLayout((1,), dtype="i8")
        layout[:] = h5py.VirtualSource("one.h5", "a", (1,))
        file.create_virtual_dataset("a", layout)
    with h5py.File(folder / "raw.h5", "w") as file:
        file.create_dataset("a", (1,), dtype="u1", external=[("one.raw", 0, 1)])
    with h5py.File(folder / "whole.h5", "w") as file:
        file["a"] = [5]
    lab = Folder(folder, HDF5)
    assert len(lab.run()) == 4
    assert lab.results("read") == [5, 5, 5, 5]
    settled(lab)
    write_hdf5(folder, 9)
    assert lab.run(compiled=False) == ["read linked", "read parts", "read raw"]
    assert lab.results("read") == [9, 9, 9, 5]
    settled(lab)
