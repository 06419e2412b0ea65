"""What is said against a call that is refused."""

import pytest

from pipelines.model.errors import ConfigError


def fault(call, *arguments):
    with pytest.raises(ConfigError) as caught:
        call(*arguments)
    return str(caught.value)
