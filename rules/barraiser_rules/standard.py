"""The rules that the standard profile adds."""

from __future__ import annotations

from barraiser.api import Rule
from barraiser_rules.apv.apv003_prod_environment_protected import ProdEnvironmentProtected
from barraiser_rules.chg.chg005_migration_rehearsed import MigrationRehearsed
from barraiser_rules.env.env007_gamma_alarm_gate import GammaAlarmGate
from barraiser_rules.gov.gov005_no_dangling_gate import NoDanglingGate
from barraiser_rules.lod.lod001_load_test_before_prod import LoadTestBeforeProd
from barraiser_rules.lod.lod005_fault_injection_in_pipeline import FaultInjectionInPipeline
from barraiser_rules.obs.obs004_runbook_rollback_first import RunbookRollbackFirst
from barraiser_rules.obs.obs007_failure_notification import FailureNotification
from barraiser_rules.rlb.rlb007_block_deploy_while_alarming import BlockDeployWhileAlarming
from barraiser_rules.rlb.rlb009_rollback_job_reachable import RollbackJobReachable
from barraiser_rules.src.src003_review_before_merge import ReviewBeforeMerge
from barraiser_rules.src.src005_deploy_the_tested_revision import DeployTheTestedRevision
from barraiser_rules.tst.tst003_verify_after_each_prod_deploy import VerifyAfterEachProdDeploy
from barraiser_rules.tst.tst005_no_bypass_switch import NoBypassSwitch
from barraiser_rules.win.win001_deploy_window import DeployWindow

RULES: tuple[type[Rule], ...] = (
    ReviewBeforeMerge,
    DeployTheTestedRevision,
    VerifyAfterEachProdDeploy,
    NoBypassSwitch,
    GammaAlarmGate,
    LoadTestBeforeProd,
    FaultInjectionInPipeline,
    BlockDeployWhileAlarming,
    RollbackJobReachable,
    ProdEnvironmentProtected,
    DeployWindow,
    RunbookRollbackFirst,
    FailureNotification,
    MigrationRehearsed,
    NoDanglingGate,
)
"""In the order of the catalogue."""
