"""All that a rule pack, a reader or an output format may import. Nothing else of barraiser is public."""

from __future__ import annotations

from typing import TYPE_CHECKING

from barraiser.checks.answer import Answer
from barraiser.checks.case import Case, Subject
from barraiser.checks.result import Finding, PipelineResult, Waived, WitnessStep
from barraiser.checks.rule import DEPLOY, PIPELINE, PUBLISH, Parameter, Rule, Value
from barraiser.evidence.applied import Applied
from barraiser.graph.again import redeploys
from barraiser.graph.node import Node
from barraiser.graph.scenario_graph import ScenarioGraph, Weakness
from barraiser.graph.stage_graph import StageGraph
from barraiser.model.activity import Activity
from barraiser.model.condition import Condition
from barraiser.model.declarations import Declarations
from barraiser.model.environment import Environment
from barraiser.model.pipeline import Concurrency, Edge, Handover, Job, Pipeline, Scenario, Script, Step, Unresolved
from barraiser.model.place import Place
from barraiser.model.schedule import Schedule
from barraiser.model.tri import MAYBE, NO, YES, Tri, all_of, any_of, negate
from barraiser.model.words import (
    CODEPIPELINE,
    DEPLOY_KINDS,
    FAILED,
    GITHUB_ACTIONS,
    GITLAB_CI,
    INCLUDES,
    NOT_APPLICABLE,
    PASSED,
    PIPELINE_KINDS,
    PREPROD_CLASSES,
    PROD_CLASSES,
    RELEASE_KINDS,
    SCAN_KINDS,
    TEST_KINDS,
    UNKNOWN,
    WAIVED,
)
from barraiser.source.errors import SourceError
from barraiser.source.repository import Repository

if TYPE_CHECKING:  # for annotations alone: most runs never ask for a bake or a wave
    from barraiser.evidence.kept import Kept as Kept
    from barraiser.evidence.rollout import Fault as Fault
    from barraiser.graph.bake import Bake as Bake
    from barraiser.graph.waves import Target as Target
    from barraiser.graph.waves import Waves as Waves
    from barraiser.model.retention import Retention as Retention

__all__ = [
    "CODEPIPELINE",
    "DEPLOY",
    "DEPLOY_KINDS",
    "FAILED",
    "GITHUB_ACTIONS",
    "GITLAB_CI",
    "INCLUDES",
    "MAYBE",
    "NO",
    "NOT_APPLICABLE",
    "PASSED",
    "PIPELINE",
    "PIPELINE_KINDS",
    "PREPROD_CLASSES",
    "PROD_CLASSES",
    "PUBLISH",
    "RELEASE_KINDS",
    "SCAN_KINDS",
    "TEST_KINDS",
    "UNKNOWN",
    "WAIVED",
    "YES",
    "Activity",
    "Answer",
    "Applied",
    "Case",
    "Concurrency",
    "Condition",
    "Declarations",
    "Edge",
    "Environment",
    "Finding",
    "Handover",
    "Job",
    "Node",
    "Parameter",
    "Pipeline",
    "PipelineResult",
    "Place",
    "Repository",
    "Rule",
    "Scenario",
    "ScenarioGraph",
    "Schedule",
    "Script",
    "SourceError",
    "StageGraph",
    "Step",
    "Subject",
    "Tri",
    "Unresolved",
    "Value",
    "Waived",
    "Weakness",
    "WitnessStep",
    "all_of",
    "any_of",
    "negate",
    "redeploys",
]
