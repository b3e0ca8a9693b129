"""Examples that are judged by reading alone: no usual pipeline can be put around what they show."""

from __future__ import annotations

_LEFT_OUT = """
SRC004 codepipeline
BLD005 codepipeline
ENV002 gitlab-ci codepipeline
ENV004 gitlab-ci codepipeline
LOD002 codepipeline
LOD003 github-actions codepipeline
LOD006 github-actions gitlab-ci codepipeline
BAK002 github-actions
BAK005 github-actions gitlab-ci
BAK007 gitlab-ci
RLB001 codepipeline
RLB010 codepipeline
WAV001 github-actions gitlab-ci codepipeline
WAV002 codepipeline
WAV003 gitlab-ci codepipeline
WAV004 codepipeline
WIN003 github-actions gitlab-ci codepipeline
WIN004 codepipeline
OBS003 github-actions gitlab-ci codepipeline
OBS005 github-actions gitlab-ci
OBS006 github-actions gitlab-ci
CHG001 codepipeline
CHG006 codepipeline
GOV002 github-actions gitlab-ci codepipeline
GOV003 codepipeline
GOV007 codepipeline
"""

BY_READING = {rule: tuple(platforms) for rule, *platforms in (line.split() for line in _LEFT_OUT.split("\n") if line)}
"""Rule to platforms."""
