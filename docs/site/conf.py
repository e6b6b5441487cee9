"""Sphinx's settings. `build.py` lays the pages that they are for."""

from __future__ import annotations

from importlib.metadata import version as version_of

from sphinx.application import Sphinx

project = "jupyter-mlops"
author = "The jupyter-mlops maintainers"
version = release = version_of("jupyter-mlops")

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
root_doc = "index"
needs_sphinx = "8.0"
show_warning_types = True

# Links between pages are as GitHub reads them: files, and headings in lower case with hyphens.
myst_heading_anchors = 4

# Docstrings are read by people in an editor first: `code` is code there.
default_role = "code"
autodoc_typehints = "signature"
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
napoleon_numpy_docstring = False
napoleon_use_ivar = True
add_module_names = False
python_maximum_signature_line_length = 90

html_theme = "pydata_sphinx_theme"
html_title = "jupyter-mlops"
html_static_path = ["static"]
html_css_files = ["style.css"]
html_copy_source = False
html_show_sourcelink = False
html_show_copyright = False
html_theme_options = {
    "logo": {"text": "jupyter-mlops"},
    "navbar_align": "left",
    "header_links_before_dropdown": 7,
    "navigation_with_keys": False,
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
    "show_toc_level": 2,
    "show_prev_next": True,
    "footer_start": ["sphinx-version"],
    "footer_end": [],
    "secondary_sidebar_items": ["page-toc"],
}

# Only addresses of other sites are left for `make links`; those inside are checked by every build.
linkcheck_anchors = False
linkcheck_timeout = 20


def setup(app: Sphinx) -> None:
    """Leave out what named tuples say of their fields; the class says what they are."""
    app.connect("autodoc-skip-member", _is_noise)


def _is_noise(_app: Sphinx, _what: str, _name: str, member: object, _skip: bool, _options: object) -> bool | None:
    said = getattr(member, "__doc__", None) or ""
    return True if said.startswith("Alias for field number") else None
