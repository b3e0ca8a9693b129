"""Examples that are judged by reading alone: no usual pipeline can be put around what they show."""

from __future__ import annotations

_LEFT_OUT = """
SRC004 codepipeline
SRC005 codepipeline
SRC006 gitlab-ci
BLD001 gitlab-ci codepipeline
BLD003 github-actions gitlab-ci codepipeline
BLD005 codepipeline
TST001 gitlab-ci
TST005 github-actions codepipeline
TST006 github-actions gitlab-ci codepipeline
ENV002 gitlab-ci codepipeline
ENV003 github-actions gitlab-ci codepipeline
ENV004 gitlab-ci codepipeline
ENV005 github-actions gitlab-ci
LOD002 codepipeline
LOD003 github-actions codepipeline
LOD006 github-actions gitlab-ci codepipeline
BAK002 github-actions
BAK004 codepipeline
BAK005 github-actions gitlab-ci codepipeline
BAK006 github-actions codepipeline
BAK007 gitlab-ci codepipeline
RLB001 codepipeline
RLB003 github-actions gitlab-ci codepipeline
RLB006 gitlab-ci
RLB010 github-actions gitlab-ci codepipeline
WAV001 github-actions gitlab-ci codepipeline
WAV002 github-actions gitlab-ci codepipeline
WAV003 github-actions codepipeline
WAV004 github-actions gitlab-ci codepipeline
WAV005 gitlab-ci
WAV006 gitlab-ci codepipeline
WAV007 codepipeline
APV001 github-actions
APV005 gitlab-ci
WIN002 github-actions codepipeline
WIN003 github-actions gitlab-ci codepipeline
WIN004 codepipeline
OBS002 github-actions
OBS003 github-actions gitlab-ci codepipeline
OBS005 github-actions gitlab-ci
OBS006 github-actions gitlab-ci
CHG001 codepipeline
CHG002 gitlab-ci
CHG003 codepipeline
CHG005 gitlab-ci codepipeline
CHG006 github-actions gitlab-ci codepipeline
GOV002 github-actions gitlab-ci codepipeline
GOV003 codepipeline
GOV005 github-actions gitlab-ci codepipeline
GOV007 github-actions gitlab-ci codepipeline
SEC003 github-actions gitlab-ci
"""

BY_READING = {rule: tuple(platforms) for rule, *platforms in (line.split() for line in _LEFT_OUT.split("\n") if line)}
"""Rule to platforms."""
