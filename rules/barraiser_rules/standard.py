"""The rules that the standard profile adds."""

from __future__ import annotations

from barraiser.api import Rule
from barraiser_rules.apv.apv003_prod_environment_protected import ProdEnvironmentProtected
from barraiser_rules.bak.bak001_bake_after_onebox import BakeAfterOnebox
from barraiser_rules.bak.bak002_bake_after_first_wave import BakeAfterFirstWave
from barraiser_rules.bak.bak003_bake_between_later_waves import BakeBetweenLaterWaves
from barraiser_rules.bak.bak004_bake_is_monitored import BakeIsMonitored
from barraiser_rules.bld.bld003_same_artifact_in_every_stage import SameArtifactInEveryStage
from barraiser_rules.chg.chg002_plan_before_apply import PlanBeforeApply
from barraiser_rules.chg.chg005_migration_rehearsed import MigrationRehearsed
from barraiser_rules.chg.chg006_no_ungated_fast_lane import NoUngatedFastLane
from barraiser_rules.env.env003_gamma_deploys_like_prod import GammaDeploysLikeProd
from barraiser_rules.env.env005_prod_account_isolated import ProdAccountIsolated
from barraiser_rules.env.env007_gamma_alarm_gate import GammaAlarmGate
from barraiser_rules.gov.gov005_no_dangling_gate import NoDanglingGate
from barraiser_rules.lod.lod001_load_test_before_prod import LoadTestBeforeProd
from barraiser_rules.lod.lod005_fault_injection_in_pipeline import FaultInjectionInPipeline
from barraiser_rules.obs.obs001_slo_with_alarm import SloWithAlarm
from barraiser_rules.obs.obs004_runbook_rollback_first import RunbookRollbackFirst
from barraiser_rules.obs.obs007_failure_notification import FailureNotification
from barraiser_rules.rlb.rlb002_alarm_triggered_auto_rollback import AlarmTriggeredAutoRollback
from barraiser_rules.rlb.rlb003_alarm_wiring_consistent import AlarmWiringConsistent
from barraiser_rules.rlb.rlb007_block_deploy_while_alarming import BlockDeployWhileAlarming
from barraiser_rules.rlb.rlb009_rollback_job_reachable import RollbackJobReachable
from barraiser_rules.src.src003_review_before_merge import ReviewBeforeMerge
from barraiser_rules.src.src005_deploy_the_tested_revision import DeployTheTestedRevision
from barraiser_rules.tst.tst003_verify_after_each_prod_deploy import VerifyAfterEachProdDeploy
from barraiser_rules.tst.tst005_no_bypass_switch import NoBypassSwitch
from barraiser_rules.wav.wav001_no_all_at_once_prod import NoAllAtOnceProd
from barraiser_rules.wav.wav004_batch_size_cap import BatchSizeCap
from barraiser_rules.wav.wav005_first_wave_single_region import FirstWaveSingleRegion
from barraiser_rules.win.win001_deploy_window import DeployWindow

RULES: tuple[type[Rule], ...] = (
    ReviewBeforeMerge,
    DeployTheTestedRevision,
    SameArtifactInEveryStage,
    VerifyAfterEachProdDeploy,
    NoBypassSwitch,
    GammaDeploysLikeProd,
    ProdAccountIsolated,
    GammaAlarmGate,
    LoadTestBeforeProd,
    FaultInjectionInPipeline,
    BakeAfterOnebox,
    BakeAfterFirstWave,
    BakeBetweenLaterWaves,
    BakeIsMonitored,
    AlarmTriggeredAutoRollback,
    AlarmWiringConsistent,
    BlockDeployWhileAlarming,
    RollbackJobReachable,
    NoAllAtOnceProd,
    BatchSizeCap,
    FirstWaveSingleRegion,
    ProdEnvironmentProtected,
    DeployWindow,
    SloWithAlarm,
    RunbookRollbackFirst,
    FailureNotification,
    PlanBeforeApply,
    MigrationRehearsed,
    NoUngatedFastLane,
    NoDanglingGate,
)
"""In the order of the catalogue."""
