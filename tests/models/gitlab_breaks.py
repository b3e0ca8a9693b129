"""Steps back from the model release on GitLab CI."""

from __future__ import annotations

from models.breaks import Break

ROOT = ".gitlab-ci.yml"
VERIFY = "ci/verify.yml"
DEPLOY = "ci/deploy.yml"
K8S = "k8s/catalog.yml"
CONFIG = ".barraiser.yml"

HOTFIX = """hotfix:
  extends: .deploy
  stage: build
  needs: []
  environment: {name: production/hotfix, deployment_tier: production}
  resource_group: production-hotfix
  variables: {CLUSTER: production, REGION: eu-north-1, ROLE: "arn:aws:iam::444444444444:role/catalog-deploy"}
  rules:
    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH && $HOTFIX == "yes"
      when: manual

tell-owners:
"""

BREAKS: tuple[Break, ...] = (
    # --- tests that no longer gate ---
    Break("TST004", VERIFY, "unit-tests: # TST001, SRC006\n", "unit-tests:\n  allow_failure: true\n"),
    Break("TST004", VERIFY, "unit-tests: # TST001, SRC006\n", "unit-tests:\n  allow_failure: {exit_codes: [1]}\n"),
    Break("TST004", VERIFY, "    - npm test\n", "    - npm test || true\n"),
    Break("TST004", VERIFY, "    - npm test\n", "    - npm test || echo failed\n"),
    Break("TST004", VERIFY, "    - npm test\n", "    - set +e\n    - npm test\n    - exit 0\n"),
    Break("TST001", VERIFY, "    - npm test\n", "", also={"SRC006": "nor is the change tested before the merge"}),
    Break(
        "TST001",
        VERIFY,
        "unit-tests: # TST001, SRC006\n"
        "  stage: verify\n"
        "  timeout: 10 minutes\n"
        "  rules:\n"
        '    - if: $CI_PIPELINE_SOURCE != "schedule"\n',
        "unit-tests:\n"
        "  stage: verify\n"
        "  timeout: 10 minutes\n"
        "  rules:\n"
        '    - if: $CI_PIPELINE_SOURCE == "merge_request_event"\n',
    ),
    Break(
        "TST004",
        ROOT,
        "e2e-gamma: # TST002\n  extends: .release\n",
        "e2e-gamma:\n  extends: .release\n  allow_failure: true\n",
    ),
    Break("TST004", ROOT, "    - k6 run load/catalog.js\n", "    - k6 run load/catalog.js || true\n"),
    Break(
        "TST004", ROOT, "    - chaos run chaos/lose_a_node.json\n", "    - chaos run chaos/lose_a_node.json || true\n"
    ),
    Break("APV005", ROOT, "  stage: approve\n", "  stage: approve\n  needs: []\n"),
    Break(
        "TST005",
        ROOT,
        '    - if: $CI_PIPELINE_SOURCE == "schedule" # LOD002\n'
        "    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH\n"
        "  script:\n"
        "    - k6",
        "    - if: $SKIP_TESTS\n"
        "      when: never\n"
        "    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH\n"
        "  script:\n"
        "    - k6",
    ),
    Break("LOD001", ROOT, "    - k6 run load/catalog.js\n    - k6 run load/one_tenant.js\n", "    - echo later\n"),
    Break(
        "LOD003",
        "load/catalog.js",
        '  thresholds: { http_req_failed: ["rate<0.001"], http_req_duration: ["p(99)<400"] },\n',
        "",
    ),
    Break("LOD004", ROOT, "    - k6 run load/one_tenant.js\n", ""),
    Break("LOD005", ROOT, "    - chaos run chaos/lose_a_node.json\n", "    - echo later\n"),
    # --- the way to production ---
    Break("RLB003", K8S, "      successCondition: result[0] < 0.01\n", ""),
    Break(
        "ENV001",
        ROOT,
        "  stage: first-wave\n  environment: {name: production/eu-north-1",
        "  stage: first-wave\n  needs: [build-image]\n  environment: {name: production/eu-north-1",
        also={"WAV002": "the one-box is left beside as well"},
    ),
    Break("TST002", ROOT, "  stage: onebox\n", "  stage: onebox\n  needs: [build-image]\n"),
    Break("APV002", ROOT, "      when: manual\n", "      when: manual\n      allow_failure: true\n"),
    Break(
        "APV002",
        ROOT,
        "  environment: {name: production/approval, action: access}\n"
        "  rules:\n"
        '    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH && $CI_PIPELINE_SOURCE != "schedule"\n'
        "      when: manual\n",
        "  environment: {name: production/approval, action: access}\n  when: manual\n",
    ),
    Break(
        "APV005",
        ROOT,
        "stages: [verify, build, alpha, beta, rollback, gamma, gamma-checks, gamma-soak, approve, onebox",
        "stages: [verify, build, alpha, beta, rollback, approve, gamma, gamma-checks, gamma-soak, onebox",
    ),
    Break("WAV005", ROOT, "  stage: second-wave\n", "  stage: first-wave\n"),
    Break("WAV002", ROOT, "  stage: onebox\n", "  stage: first-wave\n"),
    Break(
        "BAK001",
        ROOT,
        'variables: {ALARM: catalog-onebox-high, MINUTES: "60"}',
        'variables: {ALARM: catalog-onebox-high, MINUTES: "5"}',
    ),
    Break("BAK001", ROOT, "  stage: onebox-bake\n", "  stage: first-wave\n"),
    Break(
        "BAK002",
        ROOT,
        'MINUTES: "1320"',
        'MINUTES: "120"',
        also={"GOV003": "the time limit was made for the bake that is gone"},
    ),
    Break("BAK002", ROOT, "  stage: first-bake\n", "  stage: second-wave\n"),
    Break("BAK003", ROOT, 'MINUTES: "120"', 'MINUTES: "5"'),
    Break(
        "BAK004",
        DEPLOY,
        '        test -z "$(aws cloudwatch describe-alarms --alarm-names "$ALARM"',
        '        echo "$(aws cloudwatch describe-alarms --alarm-names "$ALARM"',
    ),
    Break(
        "BAK004",
        DEPLOY,
        """--query 'CompositeAlarms[].AlarmName' --output text)"\n        sleep 60""",
        """--query 'CompositeAlarms[].AlarmName' --output text)" || true\n        sleep 60""",
    ),
    Break(
        "BAK004",
        ROOT,
        'ALARM: catalog-production-high, MINUTES: "1320"',
        'ALARM: billing-production-high, MINUTES: "1320"',
    ),
    Break(
        "BAK004", ROOT, 'ALARM: catalog-production-high, MINUTES: "120"', 'ALARM: catalog-gamma-high, MINUTES: "120"'
    ),
    Break(
        "ENV004",
        ROOT,
        "REGION: [eu-north-1, eu-west-1, us-east-1] # ENV004",
        "REGION: [eu-north-1, eu-west-1] # ENV004",
    ),
    Break("ENV005", ROOT, "arn:aws:iam::333333333333:role", "arn:aws:iam::444444444444:role"),
    Break("ENV006", ROOT, "  environment: {name: production/eu-north-1, deployment_tier: production}\n", ""),
    Break("RLB007", DEPLOY, '    - test -z "$(aws cloudwatch', '    - echo "$(aws cloudwatch'),
    Break(
        "SRC002",
        DEPLOY,
        '    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH && $CI_PIPELINE_SOURCE != "schedule" && $CI_DEPLOY_FREEZE '
        "== null # WIN003\n",
        '    - if: $CI_PIPELINE_SOURCE != "schedule" && $CI_DEPLOY_FREEZE == null\n',
    ),
    Break(
        "TST004",
        DEPLOY,
        "$CI_DEPLOY_FREEZE == null # WIN003\n",
        "$CI_DEPLOY_FREEZE == null\n      when: always\n",
        also={"ENV001": "it deploys to production also when the deploys before it failed"},
    ),
    Break(
        "BLD001",
        DEPLOY,
        "    - curl --fail --retry 5",
        "    - docker build --tag catalog . && docker push catalog\n    - curl --fail --retry 5",
    ),
    Break("BLD002", DEPLOY, 'catalog="$CI_REGISTRY_IMAGE:$CI_COMMIT_SHA"', 'catalog="$CI_REGISTRY_IMAGE:latest"'),
    Break("BLD004", VERIFY, "    - gitleaks git --redact .\n", ""),
    Break("BLD005", ROOT, '    - cosign sign --yes "$CI_REGISTRY_IMAGE:$CI_COMMIT_SHA"\n', ""),
    Break(
        "BLD005",
        ROOT,
        '    - syft "$CI_REGISTRY_IMAGE:$CI_COMMIT_SHA" --output spdx-json=sbom.spdx.json # BLD005\n',
        "",
    ),
    # --- what the deploy applies ---
    Break(
        "RLB002",
        K8S,
        "      analysis: # RLB002: the errors of the new pods against those of the old ones\n"
        "        templates: [{templateName: catalog}]\n",
        "",
    ),
    Break("WAV004", K8S, "maxUnavailable: 10%", "maxUnavailable: 60%"),
    Break("RLB010", K8S, "revisionHistoryLimit: 10 #", "revisionHistoryLimit: 0 #"),
    Break(
        "RLB005", DEPLOY, '    - kubectl --context "$CLUSTER" argo rollouts status catalog --timeout 25m # RLB005\n', ""
    ),
    # --- locks, windows, identities, governance ---
    Break(
        "WIN001",
        DEPLOY,
        '    - test "$(date +%u)" -le 4 && test "$(date +%H)" -ge 8 && test "$(date +%H)" -lt 16 # WIN001, WIN002\n',
        "",
        more=((DEPLOY, " && $CI_DEPLOY_FREEZE == null # WIN003", ""),),
    ),
    Break("WIN002", DEPLOY, '"$(date +%u)" -le 4', '"$(date +%u)" -le 7'),
    Break("WIN004", ROOT, "  resource_group: production-eu-north-1\n", ""),
    Break("WIN004", ROOT, "  resource_group: production-eu-north-1\n", "  resource_group: $CI_COMMIT_SHA\n"),
    Break(
        "WIN005",
        DEPLOY,
        ".deploy-production:\n  extends: .deploy\n",
        ".deploy-production:\n  extends: .deploy\n  interruptible: true\n",
        more=((ROOT, "workflow:\n", "workflow:\n  auto_cancel: {on_new_commit: interruptible}\n"),),
    ),
    Break(
        "SEC001",
        DEPLOY,
        '    - export AWS_ROLE_ARN="$ROLE" AWS_WEB_IDENTITY_TOKEN_FILE=/tmp/token AWS_REGION="$REGION"\n',
        '    - export AWS_ACCESS_KEY_ID="$PROD_KEY" AWS_SECRET_ACCESS_KEY="$PROD_SECRET" AWS_REGION="$REGION"\n',
        also={"SEC004": "the same stored key is given to every environment"},
    ),
    Break(
        "SEC002",
        ROOT,
        "release-tools@sha256:5f2d8b1c9a40e7d36b1f0c5e8a97d2436e1b0f9c8d7a6b5e4f3c2d1a0b9e8f7c",
        "release-tools:latest",
    ),
    Break("GOV003", DEPLOY, "  timeout: 30 minutes # GOV003\n", ""),
    Break("GOV006", CONFIG, "date: 2026-10-08", "date: 2025-10-08"),
    Break(
        "GOV007",
        ROOT,
        "  - local: ci/verify.yml # SEC002: nothing from elsewhere\n",
        "  - local: ci/verify.yml\n  - remote: https://ci.example.com/templates/release.yml\n",
        also={"SEC002": "whoever owns the address decides what runs"},
    ),
    Break(
        "APV004",
        CONFIG,
        "    match: [production/*]\n    gitlab: {protected: true, required_approvals: 1}\n",
        "    match: [production/*]\n    gitlab: {protected: true, required_approvals: 0}\n",
    ),
    Break(
        "APV003",
        CONFIG,
        "    match: [production/*]\n    gitlab: {protected: true, required_approvals: 1}\n",
        "    match: [production/*]\n    gitlab: {protected: false}\n",
        also={"SEC003": "unprotected variables reach merge requests"},
    ),
    Break("SRC003", CONFIG, "review: {required_approvals: 1", "review: {required_approvals: 0"),
    Break("SRC004", ".gitlab/CODEOWNERS", "/ci/ @acme/team-catalog\n", ""),
    Break("OBS002", CONFIG, "catalog-latency-p99, ", ""),
    Break(
        "OBS004",
        "docs/runbook.md",
        "## 1. Roll back\n"
        "\n"
        "Whatever it is: can it be rolled back? Run `kubectl argo rollouts undo catalog` in the region, also when no "
        "deployment is known to be the\n"
        "cause.\n",
        "## 1. Wait\n\nIt may pass.\n",
    ),
    Break("OBS005", "monitoring/catalog.json", '              {"color": "yellow", "value": 250},\n', ""),
    Break("OBS006", "monitoring/synthetics.tf", "rate(1 minute)", "rate(1 hour)"),
    Break("OBS007", ROOT, "      when: on_failure\n", "      when: on_success\n"),
    Break(
        "CHG006",
        DEPLOY,
        ' && $CI_PIPELINE_SOURCE != "schedule" && $CI_DEPLOY_FREEZE == null # WIN003',
        " && $CI_DEPLOY_FREEZE == null",
        also=dict.fromkeys(
            ("BAK001", "BAK002", "BAK003", "LOD001", "LOD005", "RLB006"), "a scheduled run has none of it"
        ),
    ),
    Break(
        "ENV001",
        ROOT,
        "tell-owners: # OBS007\n",
        HOTFIX,
        also=dict.fromkeys(("BAK003", "BLD004", "TST001", "WAV002"), "a second way has none of it"),
    ),
    # --- more ways around ---
    Break("WIN005", ROOT, "workflow:\n", "workflow:\n  auto_cancel: {on_job_failure: all}\n"),
    Break(
        "WIN005", ROOT, "  interruptible: false # WIN005: a newer commit cancels nothing\n", "  interruptible: true\n"
    ),
    Break("WIN004", ROOT, "resource_group: production-$REGION", "resource_group: production-$CI_PIPELINE_ID"),
    Break(
        "ENV006", ROOT, "production/eu-north-1, deployment_tier: production}", "production/eu-north-1, action: prepare}"
    ),
    Break(
        "ENV006",
        ROOT,
        "production/eu-north-1, deployment_tier: production}",
        "production/eu-north-1, deployment_tier: staging}",
    ),
    Break(
        "SRC005",
        DEPLOY,
        '    - kubectl --context "$CLUSTER" apply',
        '    - git pull origin main\n    - kubectl --context "$CLUSTER" apply',
    ),
    Break("BAK001", ROOT, "  stage: first-wave\n", "  stage: first-wave\n  needs: [deploy-onebox]\n"),
    Break(
        "BAK001",
        ROOT,
        "  stage: first-wave\n",
        "  stage: first-wave\n  needs: [{job: deploy-onebox, optional: true}, {job: e2e-gamma, optional: true}]\n",
    ),
    Break(
        "BAK002",
        ROOT,
        "bake-first: # BAK002, BAK004, BAK007",
        "bake-first:\n  allow_failure: true # BAK002, BAK004, BAK007",
    ),
    Break("BAK002", ROOT, "  timeout: 23 hours\n", "  timeout: 23 hours\n  when: manual\n  rules: []\n"),
    Break(
        "BAK002",
        ROOT,
        'MINUTES: "1320"',
        'MINUTES: "0"',
        also={"GOV003": "the time limit was made for the bake that is gone"},
    ),
    Break("RLB005", DEPLOY, "apply -f k8s/ #", "apply -f k8s/ & #"),
    Break(
        "RLB005",
        DEPLOY,
        "argo rollouts status catalog --timeout 25m #",
        "argo rollouts status catalog --timeout 25m || true #",
    ),
    Break("TST004", DEPLOY, 'catalog.example.com/health" # TST003', 'catalog.example.com/health" || true'),
    Break(
        "BLD005", DEPLOY, '"$CI_REGISTRY_IMAGE:$CI_COMMIT_SHA" # BLD005', '"$CI_REGISTRY_IMAGE:$CI_COMMIT_SHA" || true'
    ),
    Break(
        "TST004",
        VERIFY,
        "  script:\n    - npm ci\n    - npm test\n",
        "  script:\n    - npm ci\n  after_script:\n    - npm test\n",
    ),
    Break(
        "ENV002",
        ROOT,
        "deploy-beta:\n  extends: .deploy\n",
        "deploy-beta:\n  extends: .deploy\n  rules: [{when: never}]\n",
    ),
    Break(
        "TST004",
        ROOT,
        "deploy-gamma:\n  extends: .deploy\n",
        "deploy-gamma:\n  extends: .deploy\n  allow_failure: true\n",
        also={"ENV002": "nor does the deploy of gamma have to succeed"},
    ),
    Break(
        "LOD001",
        ROOT,
        '    - if: $CI_PIPELINE_SOURCE == "schedule" # LOD002\n    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH\n  script:\n    - k6',
        '    - if: $CI_PIPELINE_SOURCE == "schedule"\n  script:\n    - k6',
    ),
    # --- gamma gets something else than production ---
    *(
        Break(
            "BLD003",
            DEPLOY,
            'catalog="$CI_REGISTRY_IMAGE:$CI_COMMIT_SHA"',
            'catalog="$CI_REGISTRY_IMAGE:$TAG"',
            more=(
                (ROOT, "# ENV005: an account for each environment", "# ENV005"),
                (ROOT, "variables: {CLUSTER: gamma, ", f'variables: {{TAG: "{tag}", CLUSTER: gamma, '),
                (ROOT, "\nbuild-image:", '\nvariables: {TAG: "$CI_COMMIT_SHA"}\n\nbuild-image:'),
            ),
        )
        for tag in ("v41", "2024.11.3")
    ),
    Break(
        "BLD003",
        DEPLOY,
        'catalog="$CI_REGISTRY_IMAGE:$CI_COMMIT_SHA"',
        'catalog="$CI_REGISTRY_IMAGE$SUFFIX"',
        more=(
            (
                ROOT,
                "variables: {CLUSTER: gamma, ",
                "variables: {SUFFIX: '@sha256:" + "4f" * 32 + "', CLUSTER: gamma, ",
            ),
            (ROOT, "\nbuild-image:", "\nvariables: {SUFFIX: ':$CI_COMMIT_SHA'}\n\nbuild-image:"),
        ),
    ),
    # --- the alarms of something else ---
    Break("ENV007", ROOT, "{ALARM: catalog-gamma-high,", "{ALARM: catalog-production-high,"),
    Break("ENV007", ROOT, "{ALARM: catalog-gamma-high,", "{ALARM: search-gamma-high,"),
    Break("ENV007", ROOT, "{ALARM: catalog-gamma-high,", "{ALARM: catalog-beta-high,"),
    Break(
        "SRC005",
        DEPLOY,
        'catalog="$CI_REGISTRY_IMAGE:$CI_COMMIT_SHA"',
        'catalog="$CI_REGISTRY_IMAGE:$CI_COMMIT_BEFORE_SHA"',
    ),
)
