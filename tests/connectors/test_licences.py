import pytest

from connectors.licences import LONGEST, normalise


@pytest.mark.parametrize(
    ("stated", "spdx"),
    [
        ("CC-BY-NC-4.0", "CC-BY-NC-4.0"),
        ("cc-by-nc-4.0", "CC-BY-NC-4.0"),
        ("Apache-2.0 or mit", "Apache-2.0 OR MIT"),
        ("GPL-2.0", "GPL-2.0-only"),
        ("GPL-2.0+ WITH Classpath-exception-2.0", "GPL-2.0-or-later WITH Classpath-exception-2.0"),
        ("LicenseRef-contract-7", "LicenseRef-contract-7"),
        ("MIT OR LicenseRef-contract-7", "MIT OR LicenseRef-contract-7"),
    ],
)
def test_an_expression_comes_back_in_spdx_spelling(stated, spdx):
    assert normalise(stated) == spdx
    assert normalise(spdx) == spdx


@pytest.mark.parametrize(
    "stated",
    [
        "", "   ", "Apache 2.0", "Apache Software License", "MIT and", "MIT OR Foo", "(MIT",
        "MIT WITH MIT", "research only", "未说明", "AND", "(" * LONGEST, "MIT AND " * 200 + "MIT",
    ],
)  # fmt: skip
def test_free_text_is_no_expression(stated):
    assert normalise(stated) is None
