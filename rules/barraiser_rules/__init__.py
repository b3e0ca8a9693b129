"""The built-in rule pack: a plugin like any other, written against :mod:`barraiser.api` alone."""

from __future__ import annotations

from barraiser_rules.apv.apv001_gate_before_prod import GateBeforeProd
from barraiser_rules.apv.apv002_approval_blocks import ApprovalBlocks
from barraiser_rules.bld.bld001_build_once import BuildOnce
from barraiser_rules.bld.bld002_immutable_artifact_reference import ImmutableArtifactReference
from barraiser_rules.chg.chg003_destructive_op_guarded import DestructiveOpGuarded
from barraiser_rules.env.env001_preprod_before_prod import PreprodBeforeProd
from barraiser_rules.env.env006_prod_environment_declared import ProdEnvironmentDeclared
from barraiser_rules.gov.gov001_owner_declared import OwnerDeclared
from barraiser_rules.gov.gov002_waiver_hygiene import WaiverHygiene
from barraiser_rules.gov.gov007_graph_resolved import GraphResolved
from barraiser_rules.rlb.rlb001_rollback_path_exists import RollbackPathExists
from barraiser_rules.rlb.rlb004_failed_deploy_rolls_back import FailedDeployRollsBack
from barraiser_rules.rlb.rlb005_deploy_waits_for_outcome import DeployWaitsForOutcome
from barraiser_rules.rlb.rlb008_execution_mode_allows_rollback import ExecutionModeAllowsRollback
from barraiser_rules.sec.sec001_no_long_lived_cloud_keys import NoLongLivedCloudKeys
from barraiser_rules.sec.sec003_untrusted_code_never_meets_prod_identity import UntrustedCodeNeverMeetsProdIdentity
from barraiser_rules.src.src001_deploy_from_mainline_only import DeployFromMainlineOnly
from barraiser_rules.src.src002_no_prod_deploy_from_pull_request import NoProdDeployFromPullRequest
from barraiser_rules.tst.tst001_unit_tests_before_deploy import UnitTestsBeforeDeploy
from barraiser_rules.tst.tst002_integration_test_after_preprod_deploy import IntegrationTestAfterPreprodDeploy
from barraiser_rules.tst.tst004_gates_must_block import GatesMustBlock
from barraiser_rules.tst.tst006_chain_requires_success import ChainRequiresSuccess
from barraiser_rules.win.win004_prod_deploys_serialised import ProdDeploysSerialised
from barraiser_rules.win.win005_no_mid_deploy_cancel import NoMidDeployCancel

RULES = (
    DeployFromMainlineOnly,
    NoProdDeployFromPullRequest,
    BuildOnce,
    ImmutableArtifactReference,
    UnitTestsBeforeDeploy,
    IntegrationTestAfterPreprodDeploy,
    GatesMustBlock,
    ChainRequiresSuccess,
    PreprodBeforeProd,
    ProdEnvironmentDeclared,
    RollbackPathExists,
    FailedDeployRollsBack,
    DeployWaitsForOutcome,
    ExecutionModeAllowsRollback,
    GateBeforeProd,
    ApprovalBlocks,
    ProdDeploysSerialised,
    NoMidDeployCancel,
    DestructiveOpGuarded,
    OwnerDeclared,
    WaiverHygiene,
    GraphResolved,
    NoLongLivedCloudKeys,
    UntrustedCodeNeverMeetsProdIdentity,
)
"""The rules of the basic profile."""

FURTHER = {"standard": "barraiser_rules.standard", "strict": "barraiser_rules.strict"}
"""Modules with the rules that only higher profiles have, imported when one of them is asked for."""

FAMILIES = {
    "SRC": "Source and review",
    "BLD": "Build and artifact",
    "TST": "Tests as gates",
    "ENV": "Pre-production environments",
    "LOD": "Load and resilience",
    "BAK": "Bake time",
    "RLB": "Rollback and alarms",
    "WAV": "Progressive rollout",
    "APV": "Approvals",
    "WIN": "Windows and concurrency",
    "OBS": "Observability",
    "CHG": "Change management",
    "GOV": "Governance",
    "SEC": "Supply chain",
}
"""What the letters of an id stand for, in the order of the catalogue."""
