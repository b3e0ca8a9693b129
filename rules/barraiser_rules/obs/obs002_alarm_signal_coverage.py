"""OBS002: the rollback alarms see errors, latency and saturation."""

from __future__ import annotations

import re

from barraiser.api import FAILED, Answer, Case, Node, Parameter, Rule
from barraiser_rules.alarms import alarms_of
from barraiser_rules.questions import expired, job

SIGNALS = {
    "fault_rate": re.compile(r"5xx|4xx|error|fault|fail|availab|success", re.I),
    "latency": re.compile(r"latency|duration|response.?time|p50|p9\d|slow", re.I),
    "saturation": re.compile(r"cpu|memory|disk|throttl|saturat|concurren|utili[sz]ation|queue|backlog", re.I),
    "log_errors": re.compile(r"log.?(?:error|metric)|error.?log|exception", re.I),
    "health_checks": re.compile(r"health|unhealthy|host.?count", re.I),
    "synthetics": re.compile(r"synthetic|canary|probe", re.I),
}
"""What an alarm's name or definition holds when it watches a signal."""

WORDS = {
    "fault_rate": "errors",
    "latency": "latency",
    "saturation": "saturation (processor, memory, disk, throttling)",
    "log_errors": "errors in the logs",
    "health_checks": "failing health checks",
    "synthetics": "synthetic traffic",
}


class AlarmSignalCoverage(Rule):
    """Cover errors, latency and saturation in the rollback alarm.

    Why:
        A bad version may answer every request, slowly; or answer fast and fill the disk. An alarm on errors alone lets both through.

    Source:
        Liguori, "Automating safe, hands-off deployments": the alarm joins fault rate, latency, processor, memory, disk, log errors and
        health checks. AWS DevOps Guidance DL.ADS.2.

    Decided by:
        The alarms that roll the deploy back or that its alarm checks ask for, composite ones expanded: names, and definitions in the
        same file. Or those declared as `evidence.alarms.names`. Alarms that are defined elsewhere: unknown.
        Where no alarm rolls anything back, RLB002 speaks.

    Fix:
        Add an alarm for the missing signal to those that roll back.

    Before (github-actions):
        # template.yaml
        Resources:
          Shop:
            Type: AWS::Serverless::Function
            Properties:
              AutoPublishAlias: live
              DeploymentPreference: {Type: Canary10Percent30Minutes, Alarms: [!Ref Errors]}
          Errors: {Type: AWS::CloudWatch::Alarm, Properties: {MetricName: Errors}}
          Latency: {Type: AWS::CloudWatch::Alarm, Properties: {MetricName: Duration, ExtendedStatistic: p99}}
          Throttles: {Type: AWS::CloudWatch::Alarm, Properties: {MetricName: Throttles}}

    After (github-actions):
        # template.yaml
        Resources:
          Shop:
            Type: AWS::Serverless::Function
            Properties:
              AutoPublishAlias: live
              DeploymentPreference: {Type: Canary10Percent30Minutes, Alarms: [!Ref Errors, !Ref Latency, !Ref Throttles]}
          Errors: {Type: AWS::CloudWatch::Alarm, Properties: {MetricName: Errors}}
          Latency: {Type: AWS::CloudWatch::Alarm, Properties: {MetricName: Duration, ExtendedStatistic: p99}}
          Throttles: {Type: AWS::CloudWatch::Alarm, Properties: {MetricName: Throttles}}

    Before (gitlab-ci):
        # .barraiser.yml
        evidence: {alarms: {names: [shop-5xx]}}

    After (gitlab-ci):
        # .barraiser.yml
        evidence: {alarms: {names: [shop-5xx, shop-latency-p99, shop-cpu]}}

    Before (codepipeline):
        # .barraiser.yml
        evidence: {alarms: {names: [shop-5xx]}}

    After (codepipeline):
        # .barraiser.yml
        evidence: {alarms: {names: [shop-5xx, shop-latency-p99, shop-cpu]}}
    """

    id = "OBS002"
    name = "alarm-signal-coverage"
    severity = "warning"
    profile = "strict"
    kinds = ("service-deploy", "iac-only", "config-flags")
    after = ("RLB002",)
    parameters = (
        Parameter(
            "signals",
            ("fault_rate", "latency", "saturation"),
            "what must be watched",
            choices=("fault_rate", "latency", "saturation", "log_errors", "health_checks", "synthetics"),
        ),
    )
    fixes = {"": "Add an alarm on <missing> to those that roll <job> back."}

    def decide(self, case: Case) -> Answer:
        """Looks for each signal in the alarms of each deploy of the subject."""
        unsure: Answer | None = None
        for deploy in case.deploys:
            answer = self._of(case, deploy)
            if answer is not None:
                if answer.verdict == FAILED:
                    return answer
                unsure = unsure or answer
        return unsure or case.passed(f"The rollback alarms of {job(case.deploy)} watch each signal that is asked for.")

    def _of(self, case: Case, deploy: Node) -> Answer | None:
        alarms = alarms_of(case, deploy, case.graph.after(deploy, "alarm-gate"))
        wanted = case.parameter("signals")
        texts = [f"{name}\n{text}" for name, text in alarms.items()]
        missing = [
            signal
            for signal in (wanted if isinstance(wanted, tuple) else ())
            if signal in SIGNALS and not any(SIGNALS[signal].search(text) for text in texts)
        ]
        if not missing:
            return None
        if not alarms and case.verdict_of("RLB002") == FAILED:
            return case.not_applicable(f"No alarm rolls {job(deploy)} back.", because="RLB002")
        if not alarms or not all(alarms.values()):
            return expired(case, "alarms", "What the rollback alarms watch") or case.unknown(
                f"Which signals the alarms of {job(deploy)} watch, the files of the repository do not show.",
                settle="evidence: {alarms: {names: [NAME, ...], by: NAME, date: YYYY-MM-DD}}",
                at=deploy,
            )
        named = " and ".join(WORDS[signal] for signal in missing)
        return case.failed(
            f"No alarm that rolls {job(deploy)} back watches {named}: a version that is bad in that way stays.",
            fix=case.fix(missing=named, job=job(deploy)),
            at=deploy,
            rests_on=(deploy,),
        )
