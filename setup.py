"""The one thing setup.cfg cannot say: a wheel holds the kernels, compiled."""

import runpy

from setuptools import Distribution, setup
from setuptools.command.build_py import build_py


class BuildWithKernels(build_py):
    """Compiles the kernels beside their sources before the package is collected."""

    def run(self) -> None:
        """Make the libraries, then do what is always done."""
        runpy.run_path("pipelines/kernels/native/build.py")["main"]()
        super().run()


class PlatformDistribution(Distribution):
    """A distribution whose wheel is for one kind of processor."""

    def has_ext_modules(self) -> bool:
        """The libraries count as extensions."""
        return True


setup(cmdclass={"build_py": BuildWithKernels}, distclass=PlatformDistribution)
