"""The rules that the standard profile adds."""

from __future__ import annotations

from barraiser.api import Rule
from barraiser_rules.env.env007_gamma_alarm_gate import GammaAlarmGate
from barraiser_rules.lod.lod001_load_test_before_prod import LoadTestBeforeProd
from barraiser_rules.lod.lod005_fault_injection_in_pipeline import FaultInjectionInPipeline
from barraiser_rules.rlb.rlb007_block_deploy_while_alarming import BlockDeployWhileAlarming
from barraiser_rules.tst.tst003_verify_after_each_prod_deploy import VerifyAfterEachProdDeploy

RULES: tuple[type[Rule], ...] = (
    VerifyAfterEachProdDeploy,
    GammaAlarmGate,
    LoadTestBeforeProd,
    FaultInjectionInPipeline,
    BlockDeployWhileAlarming,
)
"""In the order of the catalogue."""
