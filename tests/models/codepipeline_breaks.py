"""Steps back from the model release on CodePipeline."""

from __future__ import annotations

from pathlib import Path

from models.breaks import Break

MODEL = Path(__file__).parent.parent.parent / "fixtures" / "models" / "codepipeline" / "pipeline.yml"
PIPELINE = "pipeline.yml"
SERVICE = "infra/service.yml"
VERIFY = "buildspecs/verify.yml"
CONFIG = ".barraiser.yml"


def project(name: str, old: str, new: str) -> tuple[str, str]:
    """An edit of one build project."""
    head = (
        f"  {name}Project:\n    Type: AWS::CodeBuild::Project\n    Properties:\n      Name: payments-{name.lower()}\n"
    )
    head += f"      ServiceRole: arn:aws:iam::111111111111:role/payments-{name.lower()}\n"
    return head + old, head + new


def action(name: str, kind: str, order: int, to: int) -> tuple[str, str]:
    """An action of the gamma stage that starts at another time."""
    head = f"            - Name: {name} # {kind}\n"
    head += '              ActionTypeId: {Category: Test, Owner: AWS, Provider: CodeBuild, Version: "1"}\n'
    head += f"              Configuration:\n                ProjectName: !Ref {name}Project\n"
    head += "              InputArtifacts: [{Name: Source}]\n"
    return head + f"              RunOrder: {order}\n", head + f"              RunOrder: {to}\n"


def stage(name: str) -> str:
    """The text of a stage of the model."""
    text = MODEL.read_text(encoding="utf-8").partition("\n  NightlyLoad:")[0]
    start = text.index(f"        - Name: {name}")
    ends = [at for mark in ("\n        - Name: ", "\n\n") if (at := text.find(mark, start + 5)) > 0]
    return text[start : min(ends) + 1]


def within(name: str, *edits: tuple[str, str]) -> tuple[str, str]:
    """An edit of one stage."""
    old = new = stage(name)
    for before, after in edits:
        assert before in new, f"{name} does not hold {before}"
        new = new.replace(before, after)
    return old, new


def without(name: str, start: str, end: str) -> tuple[str, str]:
    """A stage without the text from one mark to before another (empty: to its end)."""
    old = stage(name)
    first = old.index(start)
    return old, old[:first] + (old[old.index(end, first + 1) :] if end else "")


SECOND = """  Hotfix:
    Type: AWS::CodePipeline::Pipeline
    Properties:
      Name: payments-hotfix
      PipelineType: V2
      RoleArn: arn:aws:iam::111111111111:role/payments-pipeline
      ArtifactStore: {Type: S3, Location: payments-artifacts-eu-west-1}
      Stages:
        - Name: Source
          Actions:
            - Name: Commit
              ActionTypeId: {Category: Source, Owner: AWS, Provider: CodeStarSourceConnection, Version: "1"}
              Configuration: {ConnectionArn: !Ref Connection, FullRepositoryId: acme/payments, BranchName: main}
              OutputArtifacts: [{Name: Source}]
        - Name: Build
          Actions:
            - Name: Image
              ActionTypeId: {Category: Build, Owner: AWS, Provider: CodeBuild, Version: "1"}
              Configuration: {ProjectName: !Ref ImageProject}
              InputArtifacts: [{Name: Source}]
              OutputArtifacts: [{Name: Image}]
        - Name: Production
          Actions:
            - Name: Deploy
              ActionTypeId: {Category: Deploy, Owner: AWS, Provider: CodeDeployToECS, Version: "1"}
              RoleArn: arn:aws:iam::555555555555:role/payments-deploy
              Region: eu-north-1
              Configuration: {ApplicationName: payments, DeploymentGroupName: payments-production, Image1ArtifactName: Image}
              InputArtifacts: [{Name: Image}]

  # OBS007
"""

SKIPPABLE = """          BeforeEntry:
            Conditions:
              - Result: SKIP
                Rules:
                  - Name: Skip
                    RuleTypeId: {Category: Rule, Owner: AWS, Provider: VariableCheck, Version: "1"}
                    Configuration: {Variable: "#{variables.SkipTests}", Value: "true", Operator: NE}
"""

REBUILD = """            - Name: Rebuild
              ActionTypeId: {Category: Build, Owner: AWS, Provider: CodeBuild, Version: "1"}
              Configuration: {ProjectName: !Ref ImageProject}
              InputArtifacts: [{Name: Source}]
              OutputArtifacts: [{Name: Rebuilt}]
              RunOrder: 4
"""

SOURCE = "      Stages:\n" + stage("Source") + stage("Build")
TRIGGER = """      Triggers:
        - ProviderType: CodeStarSourceConnection
          GitConfiguration: {{SourceActionName: Commit, {}}}
"""

BREAKS: tuple[Break, ...] = (
    # --- tests that no longer gate ---
    Break("TST001", VERIFY, "      - npm test # TST001\n", ""),
    Break("TST004", VERIFY, "      - npm test # TST001\n", "      - npm test || true\n"),
    Break("TST004", VERIFY, "      - npm test # TST001\n", "      - npm test || echo failed\n"),
    Break("TST004", VERIFY, "      - npm test # TST001\n", "      - set +e; npm test; exit 0\n"),
    Break("TST004", VERIFY, "  build:\n", "  build:\n    on-failure: CONTINUE\n"),
    Break(
        "TST004",
        "buildspecs/e2e.yml",
        "      - npx playwright test --config e2e/gamma.config.ts\n",
        "      - npx playwright test --config e2e/gamma.config.ts || true\n",
    ),
    Break(
        "TST004",
        "buildspecs/load.yml",
        "      - k6 run load/payments.js\n",
        "      - k6 run load/payments.js || true\n",
    ),
    Break(
        "LOD003",
        "load/payments.js",
        '  thresholds: { http_req_failed: ["rate<0.001"], http_req_duration: ["p(99)<500"] },\n',
        "",
    ),
    Break("LOD004", "buildspecs/load.yml", "      - k6 run load/one_tenant.js\n", ""),
    Break(
        "LOD006",
        "infra/faults.yml",
        "        - Source: aws:cloudwatch:alarm\n"
        "          Value: arn:aws:cloudwatch:eu-west-1:444444444444:alarm:payments-gamma-high\n",
        "        - Source: none\n",
    ),
    Break("LOD006", PIPELINE, *action("Faults", "LOD005, LOD006: under the load of the action beside it", 2, 3)),
    Break("LOD002", PIPELINE, "cron(0 2 * * ? *)", "cron(0 2 ? * MON *)"),
    Break("LOD005", "buildspecs/faults.yml", "bash scripts/inject_faults.sh", "echo later"),
    Break("BLD004", VERIFY, "      - gitleaks git --redact .\n", ""),
    Break("BLD004", VERIFY, "      - semgrep scan --error --config p/default\n", ""),
    Break("BLD005", "buildspecs/signature.yml", "cosign verify --key awskms:///alias/payments", "echo"),
    Break(
        "BLD005",
        "buildspecs/image.yml",
        '      - cosign sign --key awskms:///alias/payments "$REGISTRY/payments:$CODEBUILD_RESOLVED_SOURCE_VERSION"\n',
        "",
    ),
    Break(
        "BLD005",
        "buildspecs/image.yml",
        '      - syft "$REGISTRY/payments:$CODEBUILD_RESOLVED_SOURCE_VERSION" --output spdx-json=sbom.spdx.json\n',
        "",
    ),
    # --- the way to production ---
    Break(
        "SRC001",
        PIPELINE,
        "                BranchName: main # SRC001, SRC002: merged changes only\n",
        "                BranchName: feature/next\n",
    ),
    Break("RLB008", PIPELINE, "ExecutionMode: QUEUED", "ExecutionMode: PARALLEL"),
    Break(
        "RLB008", PIPELINE, "      PipelineType: V2\n      ExecutionMode", "      PipelineType: V1\n      ExecutionMode"
    ),
    Break(
        "APV005",
        PIPELINE,
        "                NotificationArn: arn:aws:sns:eu-west-1:111111111111:payments-approvers\n"
        "                ExternalEntityLink: https://dashboards.example.com/payments\n"
        '                CustomData: "#{SourceVariables.CommitId} passed alpha, beta and gamma, with load, faults and '
        'a rollback."\n',
        "                {}\n",
    ),
    Break("APV005", PIPELINE, "      TimeoutInMinutes: 1440\n", "      TimeoutInMinutes: 14400\n"),
    Break(
        "GOV004",
        PIPELINE,
        "      Tags: [{Key: owner",
        '      DisableInboundStageTransitions: [{StageName: Gamma, Reason: ""}]\n      Tags: [{Key: owner',
    ),
    Break(
        "ENV005",
        PIPELINE,
        "arn:aws:iam::333333333333:role/payments-deploy",
        "arn:aws:iam::555555555555:role/payments-deploy",
    ),
    Break(
        "OBS007",
        PIPELINE,
        "EventTypeIds: [codepipeline-pipeline-pipeline-execution-failed]",
        "EventTypeIds: [codepipeline-pipeline-pipeline-execution-succeeded]",
    ),
    # --- what the deploy applies ---
    Break("WAV001", SERVICE, "CodeDeployDefault.ECSLinear10PercentEvery3Minutes", "CodeDeployDefault.ECSAllAtOnce"),
    Break("RLB003", SERVICE, "Events: [DEPLOYMENT_FAILURE, DEPLOYMENT_STOP_ON_ALARM]", "Events: [DEPLOYMENT_FAILURE]"),
    Break("RLB003", SERVICE, "        Enabled: true\n        Alarms:", "        Enabled: false\n        Alarms:"),
    Break("RLB003", SERVICE, "Alarms: [{Name: !Ref High}]", "Alarms: []"),
    Break("RLB010", SERVICE, "TerminationWaitTimeInMinutes: 60", "TerminationWaitTimeInMinutes: 0"),
    Break("OBS002", SERVICE, " OR ALARM(${Latency})", ""),
    Break("OBS002", SERVICE, " OR ALARM(${Saturation})", ""),
    Break(
        "BAK004",
        PIPELINE,
        'AlarmName: payments-production-high, WaitTime: "120"',
        'AlarmName: billing-production-high, WaitTime: "120"',
    ),
    Break("OBS005", SERVICE, ', {"label": "investigate", "value": 0.3}', ""),
    Break("OBS006", SERVICE, "rate(1 minute)", "rate(1 hour)"),
    Break("OBS006", SERVICE, "StartCanaryAfterCreation: true", "StartCanaryAfterCreation: false"),
    Break(
        "OBS004",
        "docs/runbook.md",
        "## 1. Roll back\n"
        "\n"
        "Whatever it is: can it be rolled back? Run `aws codepipeline rollback-stage` for the stage of the region, "
        "also when no deployment is known\n"
        "to be the cause.\n",
        "## 1. Wait\n\nIt may pass.\n",
    ),
    Break("GOV006", CONFIG, "date: 2026-10-08", "date: 2025-10-08"),
    Break("SRC003", CONFIG, "required_approvals: 1", "required_approvals: 0"),
    Break("SRC004", ".github/CODEOWNERS", "/buildspecs/ @acme/team-payments\n", ""),
    Break("GOV003", PIPELINE, *project("Smoke", "      TimeoutInMinutes: 10 # GOV003\n", "")),
    Break(
        "GOV003", PIPELINE, *project("Smoke", "      TimeoutInMinutes: 10 # GOV003\n", "      TimeoutInMinutes: 480\n")
    ),
    Break("GOV007", PIPELINE, "BuildSpec: buildspecs/verify.yml", "BuildSpec: buildspecs/elsewhere.yml"),
    Break("BAK001", PIPELINE, *within("OneBox", ('WaitTime: "60"', 'WaitTime: "1"'))),
    Break("BAK001", PIPELINE, *without("OneBox", "          OnSuccess:", "")),
    Break("BAK002", PIPELINE, *within("Wave1", ('WaitTime: "1440"', 'WaitTime: "60"'))),
    Break("BAK002", PIPELINE, *without("Wave1", "          OnSuccess:", "")),
    Break(
        "BAK003",
        PIPELINE,
        *within("Wave2", ('WaitTime: "120"', 'WaitTime: "1"')),
        more=((SERVICE, "ECSLinear10PercentEvery3Minutes", "ECSLinear10PercentEvery1Minutes"),),
    ),
    Break("RLB007", PIPELINE, *without("OneBox", "                  - Name: NoAlarm", "          Actions:")),
    Break("WIN001", PIPELINE, *within("Wave2", ("Provider: DeploymentWindow", "Provider: VariableCheck"))),
    Break("WIN002", PIPELINE, *within("Wave2", ("8-15 ? * MON-THU", "0-23 ? * MON-SUN"))),
    Break(
        "RLB003",
        PIPELINE,
        *within(
            "Wave1",
            (
                "              - Result: ROLLBACK\n                Rules:\n                  - Name: Bake",
                "              - Rules:\n                  - Name: Bake",
            ),
        ),
        also={"BAK004": "so nothing watches the bake either"},
    ),
    Break("BLD005", PIPELINE, stage("OneBox"), ""),
    Break("WAV005", PIPELINE, stage("Wave1"), ""),
    Break("ENV002", PIPELINE, stage("Alpha"), ""),
    Break(
        "ENV004", PIPELINE, *without("Gamma", "            - Name: Deploy-us-east-1", "            - Name: EndToEnd")
    ),
    Break("ENV003", PIPELINE, *within("Gamma", ("Provider: CodeDeployToECS", "Provider: EKS"))),
    Break("LOD001", PIPELINE, *without("Gamma", "            - Name: Load", "            - Name: Faults")),
    Break("LOD005", PIPELINE, *without("Gamma", "            - Name: Faults", "          OnSuccess")),
    Break("RLB006", PIPELINE, *without("Beta", "            - Name: RollbackTest", "")),
    Break("BLD005", PIPELINE, *without("OneBox", "            - Name: VerifySignature", "            - Name: Deploy")),
    Break("LOD001", PIPELINE, *within("Gamma", ("RunOrder: 2", "RunOrder: 1"))),
    Break(
        "BLD003",
        PIPELINE,
        *within(
            "Gamma",
            ("Artifact: Image", "Artifact: Source"),
            ("InputArtifacts: [{Name: Image}]", "InputArtifacts: [{Name: Source}]"),
        ),
    ),
    Break(
        "CHG006",
        PIPELINE,
        "  # OBS007\n",
        SECOND,
        also=dict.fromkeys(("BAK003", "WIN001"), "a second way has none of it"),
    ),
    Break("ENV002", PIPELINE, stage("Alpha") + stage("Beta"), "", also={"RLB006": "the rehearsal was in beta"}),
    # --- more ways around ---
    Break("TST005", PIPELINE, *within("Beta", ("          Actions:\n", SKIPPABLE + "          Actions:\n"))),
    Break("TST005", PIPELINE, *within("Gamma", ("          Actions:\n", SKIPPABLE + "          Actions:\n"))),
    Break(
        "RLB003", PIPELINE, *within("Wave1", ('high, WaitTime: "1440"}', 'high, WaitTime: "1440", AlarmStates: OK}'))
    ),
    Break(
        "ENV005",
        PIPELINE,
        *within("Wave1", ("              RoleArn: arn:aws:iam::555555555555:role/payments-deploy\n", "")),
    ),
    Break("BAK002", PIPELINE, *within("Wave1", ('WaitTime: "1440"', 'WaitTime: "0"'))),
    Break("TST004", "buildspecs/e2e.yml", "    commands:\n", "    commands:\n      - echo\n    finally:\n"),
    Break("TST004", "buildspecs/e2e.yml", "  build:\n", "  build:\n    on-failure: CONTINUE\n"),
    Break(
        "RLB003",
        SERVICE,
        "        Enabled: true\n        Alarms",
        "        Enabled: true\n        IgnorePollAlarmFailure: true\n        Alarms",
    ),
    Break(
        "BLD001",
        PIPELINE,
        stage("OneBox"),
        stage("OneBox").replace("          OnSuccess:", REBUILD + "          OnSuccess:"),
        more=(
            (
                PIPELINE,
                *within(
                    "Wave1",
                    ("Artifact: Image", "Artifact: Rebuilt"),
                    ("ArtifactName: Image", "ArtifactName: Rebuilt"),
                    ("[{Name: Image}]", "[{Name: Rebuilt}]"),
                ),
            ),
        ),
    ),
    Break(
        "SRC002",
        PIPELINE,
        SOURCE,
        TRIGGER.format("PullRequest: [{Events: [OPEN, UPDATED], Branches: {Includes: [main]}}]") + SOURCE,
    ),
    Break("SRC001", PIPELINE, SOURCE, TRIGGER.format('Push: [{Branches: {Includes: ["*"]}}]') + SOURCE),
    # --- the alarms of something else ---
    Break("ENV007", PIPELINE, "AlarmName: payments-gamma-high", "AlarmName: payments-production-high"),
    Break("ENV007", PIPELINE, "AlarmName: payments-gamma-high", "AlarmName: ledger-gamma-high"),
)
