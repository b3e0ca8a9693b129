"""The catalogue is a contract: who names a rule or sets a parameter in a configuration finds it again in the next version."""

from __future__ import annotations

import pytest

from barraiser.checks.registry import load
from barraiser.model.words import PROFILES, SEVERITIES

CATALOGUE = """
SRC001 deploy-from-mainline-only error basic allowed_refs
SRC002 no-prod-deploy-from-pull-request error basic
SRC003 review-before-merge error standard min_approvals require_codeowner
SRC004 pipeline-definition-owned warning strict extra_paths
SRC005 deploy-the-tested-revision error standard tooling_repos
SRC006 premerge-verification warning strict
BLD001 build-once warning basic allow_env_builds
BLD002 immutable-artifact-reference error basic mutable_tags
BLD003 same-artifact-in-every-stage error standard
BLD004 static-analysis-gate warning strict required_kinds
BLD005 provenance-signed-and-verified warning strict require_sbom
TST001 unit-tests-before-deploy error basic scope
TST002 integration-test-after-preprod-deploy error basic accepted_kinds
TST003 verify-after-each-prod-deploy error standard
TST004 gates-must-block error basic
TST005 no-bypass-switch error standard input_patterns
TST006 chain-requires-success error basic
ENV001 preprod-before-prod error basic min_stages
ENV002 three-preprod-stages warning strict min_preprod_stages
ENV003 gamma-deploys-like-prod error standard compare
ENV004 gamma-covers-prod-regions warning strict min_coverage
ENV005 prod-account-isolated error standard allow_shared_cluster
ENV006 prod-environment-declared warning basic
ENV007 gamma-alarm-gate warning standard
LOD001 load-test-before-prod error standard env kinds
LOD002 load-test-at-least-daily warning strict max_interval_hours
LOD003 load-test-has-pass-criteria warning strict
LOD004 single-user-load-test warning strict name_patterns
LOD005 fault-injection-in-pipeline warning standard max_interval_hours
LOD006 chaos-under-load-and-guarded warning strict require_load
LOD007 no-unguarded-prod-load-or-chaos error strict max_synthetic_vus
BAK001 bake-after-onebox error standard onebox_min
BAK002 bake-after-first-wave error standard first_wave_min
BAK003 bake-between-later-waves error standard later_wave_min final_min only_wave_min
BAK004 bake-is-monitored error standard allow_sampled
BAK005 bake-has-data-points info strict min_requests
BAK006 gamma-soak warning strict gamma_min
BAK007 bake-is-durable warning strict max_sleep_min
RLB001 rollback-path-exists warning basic accept
RLB002 alarm-triggered-auto-rollback error standard
RLB003 alarm-wiring-consistent error standard
RLB004 failed-deploy-rolls-back error basic
RLB005 deploy-waits-for-outcome warning basic
RLB006 rollback-rehearsed-in-preprod warning strict max_age_days
RLB007 block-deploy-while-alarming warning standard
RLB008 execution-mode-allows-rollback error basic
RLB009 rollback-job-reachable error standard
RLB010 last-known-good-retained warning strict min_days min_versions hold_min
WAV001 no-all-at-once-prod error standard
WAV002 onebox-first warning strict every_wave
WAV003 onebox-share-cap warning strict max_percent
WAV004 batch-size-cap warning standard max_batch_percent min_healthy_percent
WAV005 first-wave-single-region error standard first_wave_max
WAV006 wave-growth warning strict fanout_factor
WAV007 config-progressive warning strict min_bake
APV001 gate-before-prod error basic require_manual
APV002 approval-blocks error basic
APV003 prod-environment-protected error standard require min_reviewers max_deployers
APV004 no-self-approval warning strict allow_admin_bypass
APV005 approval-after-evidence warning strict max_hours
WIN001 deploy-window warning standard required
WIN002 window-excludes-risky-hours warning strict risky_slots tz min_hours_per_week
WIN003 freeze-honoured warning strict calendar
WIN004 prod-deploys-serialised warning basic
WIN005 no-mid-deploy-cancel error basic
OBS001 slo-with-alarm warning standard
OBS002 alarm-signal-coverage warning strict signals
OBS003 onebox-scoped-alarm warning strict
OBS004 runbook-rollback-first warning standard globs
OBS005 dashboard-two-thresholds info strict
OBS006 continuous-synthetics warning strict max_rate_min
OBS007 failure-notification warning standard
CHG001 no-manual-mutation warning strict record_glob
CHG002 plan-before-apply error standard accept
CHG003 destructive-op-guarded error basic patterns
CHG004 schema-change-decoupled warning strict
CHG005 migration-rehearsed error standard
CHG006 no-ungated-fast-lane error standard never_waivable
GOV001 owner-declared warning basic tag_keys
GOV002 waiver-hygiene error basic max_days max_active
GOV003 deploy-has-timeout warning strict max_deploy_min build_max preprod_stage_max
GOV004 no-disabled-transition warning strict max_days
GOV005 no-dangling-gate warning standard
GOV006 orr-and-gameday-current info strict orr_max_days game_day_max_days
GOV007 graph-resolved warning basic allow_unresolved
SEC001 no-long-lived-cloud-keys warning basic allow_secrets
SEC002 deploy-path-pinned warning strict trusted_owners defer_to
SEC003 untrusted-code-never-meets-prod-identity error basic
SEC004 prod-secrets-scoped warning strict prod_secret_pattern
"""
"""Id, name, severity, first profile, parameters. A line may gain a parameter; nothing in it may change."""

RULES = load().rules
LINES = [line.split() for line in CATALOGUE.split("\n") if line]


@pytest.mark.parametrize("line", LINES, ids=lambda line: line[0])
def test_a_rule_is_what_it_was(line: list[str]) -> None:
    id, name, severity, profile, *parameters = line
    rule = RULES[id]
    assert (rule.name, rule.severity, rule.profile) == (name, severity, profile)
    assert {parameter.name for parameter in rule.parameters} >= set(parameters)
    for raised, graver in rule.severities.items():
        assert raised in PROFILES
        assert SEVERITIES.index(graver) > SEVERITIES.index(severity), (
            "a higher profile may raise a severity, never lower it"
        )


def test_nothing_is_missing_and_the_profiles_have_their_sizes() -> None:
    assert list(RULES) == [line[0] for line in LINES]
    sizes = [sum(PROFILES.index(rule.profile) <= number for rule in RULES.values()) for number in range(len(PROFILES))]
    assert sizes == [24, 54, 89]
