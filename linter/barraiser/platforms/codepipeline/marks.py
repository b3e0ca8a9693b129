"""What tells a file of CodePipeline without reading it: apart from the reader, because every run asks and few read."""

from __future__ import annotations

from typing import Final

MARKERS: Final = (b"AWS::CodePipeline::Pipeline", b"aws_codepipeline")
"""Bytes, one of which every file that defines a pipeline holds."""

SUFFIXES: Final = (".yml", ".yaml", ".json", ".template", ".tf")
"""Suffixes of such files."""
