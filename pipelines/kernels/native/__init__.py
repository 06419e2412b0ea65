"""Kernels in C: the sources, and the library they are compiled to."""
