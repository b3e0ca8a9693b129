"""The rules that the strict profile adds."""

from __future__ import annotations

from barraiser.api import Rule
from barraiser_rules.apv.apv004_no_self_approval import NoSelfApproval
from barraiser_rules.apv.apv005_approval_after_evidence import ApprovalAfterEvidence
from barraiser_rules.bak.bak005_bake_has_data_points import BakeHasDataPoints
from barraiser_rules.bak.bak006_gamma_soak import GammaSoak
from barraiser_rules.bak.bak007_bake_is_durable import BakeIsDurable
from barraiser_rules.bld.bld004_static_analysis_gate import StaticAnalysisGate
from barraiser_rules.bld.bld005_provenance_signed_and_verified import ProvenanceSignedAndVerified
from barraiser_rules.chg.chg001_no_manual_mutation import NoManualMutation
from barraiser_rules.chg.chg004_schema_change_decoupled import SchemaChangeDecoupled
from barraiser_rules.env.env002_three_preprod_stages import ThreePreprodStages
from barraiser_rules.env.env004_gamma_covers_prod_regions import GammaCoversProdRegions
from barraiser_rules.gov.gov003_deploy_has_timeout import DeployHasTimeout
from barraiser_rules.gov.gov004_no_disabled_transition import NoDisabledTransition
from barraiser_rules.gov.gov006_orr_and_gameday_current import OrrAndGamedayCurrent
from barraiser_rules.lod.lod002_load_test_at_least_daily import LoadTestAtLeastDaily
from barraiser_rules.lod.lod003_load_test_has_pass_criteria import LoadTestHasPassCriteria
from barraiser_rules.lod.lod004_single_user_load_test import SingleUserLoadTest
from barraiser_rules.lod.lod006_chaos_under_load_and_guarded import ChaosUnderLoadAndGuarded
from barraiser_rules.lod.lod007_no_unguarded_prod_load_or_chaos import NoUnguardedProdLoadOrChaos
from barraiser_rules.obs.obs002_alarm_signal_coverage import AlarmSignalCoverage
from barraiser_rules.obs.obs003_onebox_scoped_alarm import OneboxScopedAlarm
from barraiser_rules.obs.obs005_dashboard_two_thresholds import DashboardTwoThresholds
from barraiser_rules.obs.obs006_continuous_synthetics import ContinuousSynthetics
from barraiser_rules.rlb.rlb006_rollback_rehearsed_in_preprod import RollbackRehearsedInPreprod
from barraiser_rules.rlb.rlb010_last_known_good_retained import LastKnownGoodRetained
from barraiser_rules.sec.sec002_deploy_path_pinned import DeployPathPinned
from barraiser_rules.sec.sec004_prod_secrets_scoped import ProdSecretsScoped
from barraiser_rules.src.src004_pipeline_definition_owned import PipelineDefinitionOwned
from barraiser_rules.src.src006_premerge_verification import PremergeVerification
from barraiser_rules.wav.wav002_onebox_first import OneboxFirst
from barraiser_rules.wav.wav003_onebox_share_cap import OneboxShareCap
from barraiser_rules.wav.wav006_wave_growth import WaveGrowth
from barraiser_rules.wav.wav007_config_progressive import ConfigProgressive
from barraiser_rules.win.win002_window_excludes_risky_hours import WindowExcludesRiskyHours
from barraiser_rules.win.win003_freeze_honoured import FreezeHonoured

RULES: tuple[type[Rule], ...] = (
    PipelineDefinitionOwned,
    PremergeVerification,
    StaticAnalysisGate,
    ProvenanceSignedAndVerified,
    ThreePreprodStages,
    GammaCoversProdRegions,
    LoadTestAtLeastDaily,
    LoadTestHasPassCriteria,
    SingleUserLoadTest,
    ChaosUnderLoadAndGuarded,
    NoUnguardedProdLoadOrChaos,
    BakeHasDataPoints,
    GammaSoak,
    BakeIsDurable,
    RollbackRehearsedInPreprod,
    LastKnownGoodRetained,
    OneboxFirst,
    OneboxShareCap,
    WaveGrowth,
    ConfigProgressive,
    NoSelfApproval,
    ApprovalAfterEvidence,
    WindowExcludesRiskyHours,
    FreezeHonoured,
    AlarmSignalCoverage,
    OneboxScopedAlarm,
    DashboardTwoThresholds,
    ContinuousSynthetics,
    NoManualMutation,
    SchemaChangeDecoupled,
    DeployHasTimeout,
    NoDisabledTransition,
    OrrAndGamedayCurrent,
    DeployPathPinned,
    ProdSecretsScoped,
)
"""In the order of the catalogue."""
