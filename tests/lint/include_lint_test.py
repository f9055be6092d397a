"""The lint finds each kind of violation in a small tree made for it, and nothing in a clean one."""

import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "e2e"))

import include_lint
import tap

LAYERS = """
base:
model: base     # values
sound: base
pipeline: model base
glib: base
plugins: sound base
"""

HEADER = "#pragma once\n"


class IncludeLintTest(unittest.TestCase):
    def lint(self, files):
        with tempfile.TemporaryDirectory() as folder:
            top = Path(folder).resolve()
            for name, text in files.items():
                path = top / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
            return include_lint.Lint(top, include_lint.read_layers(LAYERS)).run()

    def assert_finds(self, files, *expected):
        self.assertEqual(self.lint(files), list(expected))

    def test_a_clean_tree_has_no_findings(self):
        self.assert_finds({
            "src/base/text.hpp": "// Text.\n#pragma once\n#include <string>\n",
            "src/base/text.cpp": '#include "base/text.hpp"\n#include <cstdio>\n',
            "src/model/value.hpp": '#pragma once\n#include "base/text.hpp"\n',
            "src/model/meson.build": "m = static_library('model', dependencies: [base])\n",
            "src/pipeline/run.cpp": "int a = gst_element_set_state(e, s);\n",
            "src/glib/property.cpp": "void f() { g_object_set(o, n, v, nullptr); }\n",
            "plugins/split.cpp": '#include "split.hpp"\n#include "sound/level.hpp"\n',
            "plugins/split.hpp": HEADER,
        })

    def test_a_lower_folder_may_not_include_a_higher_one(self):
        self.assert_finds(
            {"src/base/text.cpp": '#include <string>\n\n#include "model/value.hpp"\n'},
            "src/base/text.cpp:3: base may not include model")

    def test_a_folder_beside_may_not_be_included(self):
        self.assert_finds(
            {"plugins/split.cpp": '#include "model/value.hpp"\n'},
            "plugins/split.cpp:1: plugins may not include model")

    def test_a_folder_may_not_depend_on_a_higher_one_in_meson(self):
        self.assert_finds(
            {"src/sound/meson.build":
                "# model is not for us\nd = [base,\n  model]\nl = static_library('model', dependencies: d)\n"},
            "src/sound/meson.build:3: sound may not depend on model")

    def test_a_folder_without_a_row_is_found(self):
        self.assert_finds(
            {"src/secret/a.cpp": "", "src/base/b.cpp": '#include "secret/a.hpp"\n'},
            "src/base/b.cpp:1: \"secret/a.hpp\": folder 'secret' has no row in tests/lint/layers",
            "src/secret/a.cpp:1: folder 'secret' has no row in tests/lint/layers")

    def test_an_include_names_its_folder(self):
        self.assert_finds(
            {"src/base/text.cpp": '#include "fd.hpp"\n'},
            'src/base/text.cpp:1: "fd.hpp": write the folder, "base/fd.hpp"')

    def test_the_own_header_comes_first(self):
        self.assert_finds(
            {"src/base/text.hpp": HEADER,
             "src/base/text.cpp": '#include <string>\n#include "base/text.hpp"\n'},
            'src/base/text.cpp:1: the first include of a .cpp is its own header, "text.hpp"')

    def test_a_header_begins_with_pragma_once(self):
        self.assert_finds(
            {"src/base/text.hpp": "#include <string>\n#pragma once\n"},
            "src/base/text.hpp:1: a header begins with #pragma once")

    def test_a_file_stops_at_500_lines(self):
        self.assert_finds(
            {"src/base/text.cpp": "\n" * 501, "web/page.js": "\n" * 500},
            "src/base/text.cpp:501: 501 lines; a file stops at 500")

    def test_only_the_pipeline_folder_changes_states(self):
        self.assert_finds(
            {"src/model/a.cpp": "// gst_element_set_state(e, s)\nint a = gst_element_set_state(e, s);\n",
             "tests/a_test.cpp": "int a = gst_element_set_state(e, s);\n"},
            "src/model/a.cpp:2: only src/pipeline/ changes the state of an element, "
            "on the source's control thread")

    def test_properties_are_set_through_the_checked_function(self):
        self.assert_finds(
            {"plugins/a.cpp": "void f() { g_object_set (o, n, v, nullptr); }\n",
             "src/model/b.cpp": "void f() { g_object_set_property(o, n, v); }\n"},
            "plugins/a.cpp:1: use SetProperty: it checks the type of the property")

    def test_no_text_becomes_a_pipeline(self):
        self.assert_finds(
            {"src/pipeline/a.cpp": "auto* p = gst_parse_launch(text, nullptr);\n"},
            "src/pipeline/a.cpp:1: build elements by name: no text becomes a pipeline")

    def test_two_folders_that_use_each_other_are_not_a_table(self):
        with self.assertRaisesRegex(ValueError, "use each other"):
            include_lint.read_layers("a: b\nb: a\n")

    def test_a_row_names_only_folders_that_have_a_row(self):
        with self.assertRaisesRegex(ValueError, "'b', which has no row"):
            include_lint.read_layers("a: b\n")


if __name__ == "__main__":
    tap.main()
