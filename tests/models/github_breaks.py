"""Steps back from the model release on GitHub Actions."""

from __future__ import annotations

from models.breaks import Break

RELEASE = ".github/workflows/release.yml"
DEPLOY = ".github/workflows/deploy.yml"
NIGHTLY = ".github/workflows/nightly.yml"
VERIFY = ".github/workflows/verify.yml"
SERVICE = "infra/service.yml"
CONFIG = ".barraiser.yml"

SECOND_PATH = """
name: Deploy by hand
on:
  workflow_dispatch:
permissions: {contents: read}
jobs:
  production:
    permissions: {contents: read, id-token: write}
    uses: ./.github/workflows/deploy.yml
    with:
      environment: production
      account: "777777777777"
      region: ap-southeast-2
      image: 333333333333.dkr.ecr.eu-west-1.amazonaws.com/orders-api:${{ github.sha }}
"""

OPERATE = """  operate:
    if: github.event_name == 'workflow_dispatch'
    runs-on: ubuntu-24.04
    timeout-minutes: 10
    environment: production
    steps:
      - run: aws ecs execute-command --cluster orders --interactive --command "${{ inputs.command }}"

  tell-owners:
"""

GAMMA_IMAGE = """      account: "666666666666" # ENV005: an account for each environment
      region: ${{{{ matrix.region }}}}
      image: {}
"""

SECOND_BUILD = """  build-gamma:
    needs: [unit-tests, analysis]
    runs-on: ubuntu-24.04
    timeout-minutes: 20
    permissions: {contents: read, id-token: write}
    outputs:
      image: 333333333333.dkr.ecr.eu-west-1.amazonaws.com/orders-api@${{ steps.push.outputs.digest }}
    steps:
      - uses: actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2
      - id: push
        uses: docker/build-push-action@4f58ea79222b3b9dc2c8bbdd6debcef730109a75 # v6.9.0
        with:
          push: true
          build-args: LOG_LEVEL=debug
          tags: 333333333333.dkr.ecr.eu-west-1.amazonaws.com/orders-api:gamma-${{ github.sha }}

"""

LIMIT = {"GOV003": "the time limit was made for the bakes that are gone"}
ROLLING_GRADUALLY = {**LIMIT, "BAK003": "a rolling deployment has no bake time of its own"}
ROLLING = {
    **ROLLING_GRADUALLY,
    "WAV002": "there is no canary any more either",
    "WAV004": "the first region, too, is replaced whole",
}

BREAKS: tuple[Break, ...] = (
    # --- tests that no longer gate ---
    Break("TST001", RELEASE, "needs: [unit-tests, analysis]", "needs: [analysis]"),
    Break("TST001", RELEASE, "      - run: npm test\n", ""),
    Break("TST004", RELEASE, "      - run: npm test\n", "      - run: npm test || true\n"),
    Break("TST004", RELEASE, "      - run: npm test\n", "      - run: npm test || echo failed\n"),
    Break("TST004", RELEASE, "      - run: npm test\n", "      - run: npm test\n        continue-on-error: true\n"),
    Break(
        "TST004",
        RELEASE,
        "      - run: npm test\n",
        "      - run: |\n          set +e\n          npm test\n          echo done\n",
    ),
    Break("TST004", RELEASE, "      - run: npm test\n", "      - run: npm test &\n"),
    Break("TST004", RELEASE, "      - run: npm test\n", "      - run: npm test | tee log.txt; true\n"),
    Break("TST004", RELEASE, "  unit-tests: # TST001\n", "  unit-tests:\n    continue-on-error: true\n"),
    Break("TST004", RELEASE, "  gamma-tests: # TST002\n", "  gamma-tests:\n    continue-on-error: true\n"),
    Break("TST004", RELEASE, "      - run: k6 run load/orders.js\n", "      - run: k6 run load/orders.js || true\n"),
    Break(
        "TST004",
        RELEASE,
        "      - run: ./scripts/inject-faults.sh\n",
        "      - run: ./scripts/inject-faults.sh || true\n",
    ),
    Break(
        "TST004",
        RELEASE,
        "    needs: [build, approve]\n",
        "    needs: [build, approve]\n    if: ${{ !cancelled() }}\n",
        also={"ENV001": "it deploys to production also when the deploy to gamma failed"},
    ),
    Break(
        "TST004",
        RELEASE,
        "    needs: [build, approve]\n",
        "    needs: [build, approve]\n    if: always()\n",
        also={"ENV001": "it deploys to production also when the deploy to gamma failed"},
    ),
    Break(
        "TST005",
        RELEASE,
        "  gamma-tests: # TST002\n    needs: [gamma]\n",
        "  gamma-tests:\n"
        "    needs: [gamma]\n"
        "    if: ${{ !contains(github.event.head_commit.message, '[skip tests]') }}\n",
        more=(
            (
                RELEASE,
                "    needs: [build, approve]\n",
                "    needs: [build, approve]\n    if: ${{ !failure() && !cancelled() }}\n",
            ),
        ),
    ),
    Break(
        "TST004",
        DEPLOY,
        "        run: curl --fail --retry 5",
        "        continue-on-error: true\n        run: curl --fail --retry 5",
    ),
    Break("GOV005", RELEASE, "needs: [gamma-tests, gamma-load, gamma-faults]", "needs: [gamma-load, gamma-faults]"),
    Break("LOD001", RELEASE, "needs: [gamma-tests, gamma-load, gamma-faults]", "needs: [gamma-tests, gamma-faults]"),
    Break("LOD005", RELEASE, "needs: [gamma-tests, gamma-load, gamma-faults]", "needs: [gamma-tests, gamma-load]"),
    Break(
        "LOD003",
        "load/orders.js",
        '  thresholds: { http_req_failed: ["rate<0.001"], http_req_duration: ["p(99)<500"] },\n',
        "",
    ),
    Break(
        "LOD006",
        "infra/faults.yml",
        "        - Source: aws:cloudwatch:alarm\n"
        "          Value: arn:aws:cloudwatch:eu-west-1:666666666666:alarm:orders-gamma-high\n",
        "        - Source: none\n",
    ),
    # --- the way to production ---
    Break(
        "ENV001",
        RELEASE,
        "    needs: [build, approve]\n",
        "    needs: [build]\n",
        also={"APV002": "the approval is left beside as well, and waiting for gamma would not bring it back"},
    ),
    Break("APV002", RELEASE, "    needs: [build, approve]\n", "    needs: [build, evidence]\n"),
    Break(
        "APV005",
        RELEASE,
        "    needs: [evidence]\n",
        "    needs: [gamma]\n",
        more=((RELEASE, "    needs: [build, approve]\n", "    needs: [build, approve, evidence]\n"),),
    ),
    Break(
        "CHG006",
        ".github/workflows/by-hand.yml",
        "",
        SECOND_PATH,
        also={
            "BLD005": "nor a list of what is in the image",
            "CHG002": "the second path has no policy check either",
            "OBS007": "and nobody hears when it stops",
        },
    ),
    Break("SRC002", RELEASE, "on:\n  push:\n", "on:\n  pull_request:\n  push:\n"),
    Break(
        "SRC001",
        RELEASE,
        "branches: [main] # SRC001",
        "branches: [main, 'feature/**'] # SRC001",
        more=(
            (
                CONFIG,
                "    github: {branch_policy: [main], admin_bypass: false}\n",
                "    github: {reviewers: 1, prevent_self_review: true}\n",
            ),
            (CONFIG, "{branch_policy: [main], admin_bypass: false, wait", "{wait"),
        ),
        also={"APV003": "the edit takes the branch policy away, which the rule asks for"},
    ),
    Break(
        "BLD001",
        DEPLOY,
        "      - name: Deploy #",
        "      - run: docker build -t orders-api . && docker push orders-api\n      - name: Deploy #",
    ),
    Break("BLD002", RELEASE, "orders-api@${{ steps.push.outputs.digest }} # BLD002", "orders-api:latest"),
    Break(
        "BLD002", RELEASE, "orders-api@${{ steps.push.outputs.digest }} # BLD002", "orders-api:${{ github.ref_name }}"
    ),
    Break("SRC005", DEPLOY, "# SRC005: the commit of the run\n", "\n        with:\n          ref: main\n"),
    Break("ENV002", RELEASE, "      environment: alpha\n", "      environment: beta\n"),
    Break(
        "ENV004", RELEASE, "region: [ap-southeast-2, eu-west-1, us-east-1] #", "region: [ap-southeast-2, eu-west-1] #"
    ),
    Break("ENV005", RELEASE, '      account: "666666666666" # ENV005', '      account: "777777777777" # ENV005'),
    Break(
        "ENV006",
        DEPLOY,
        "    environment: ${{ inputs.environment }} # ENV006, APV003\n",
        "",
        also={"BAK002": "the wait timer belongs to the environment"},
    ),
    Break("RLB007", DEPLOY, 'test -z "$(aws cloudwatch', 'echo "$(aws cloudwatch'),
    Break(
        "WAV005",
        RELEASE,
        "      region: ap-southeast-2\n",
        "      region: ${{ matrix.region }}\n",
        more=(
            (
                RELEASE,
                "    needs: [build, approve]\n",
                "    needs: [build, approve]\n"
                "    strategy:\n"
                "      matrix:\n"
                "        region: [ap-southeast-2, eu-west-1]\n",
            ),
        ),
    ),
    Break("WAV005", RELEASE, "    needs: [build, production-first]\n", "    needs: [build, approve]\n"),
    Break("BAK002", CONFIG, "wait_timer: 1440", "wait_timer: 60"),
    Break("BAK004", CONFIG, "wait_timer: 1440, custom_rules: [orders-alarms]", "wait_timer: 1440"),
    Break(
        "WAV001",
        SERVICE,
        "        Strategy: CANARY # WAV001, WAV002\n",
        "        Strategy: ROLLING\n",
        more=((SERVICE, "        MinimumHealthyPercent: 100 # WAV004\n", "        MinimumHealthyPercent: 0\n"),),
        also=ROLLING,
    ),
    Break(
        "WAV002",
        SERVICE,
        "        Strategy: CANARY # WAV001, WAV002\n",
        "        Strategy: ROLLING\n",
        also=ROLLING_GRADUALLY,
    ),
    Break("WAV003", SERVICE, "CanaryPercent: 5 #", "CanaryPercent: 50 #"),
    Break("BAK001", SERVICE, "CanaryBakeTimeInMinutes: 60 #", "CanaryBakeTimeInMinutes: 0 #", also=LIMIT),
    Break("BAK001", SERVICE, "          CanaryBakeTimeInMinutes: 60 # BAK001\n", "", also=LIMIT),
    Break("RLB003", SERVICE, "          Rollback: true\n", "          Rollback: false\n"),
    Break("RLB003", SERVICE, "          Enable: true\n", "          Enable: false\n"),
    Break("RLB003", SERVICE, "          AlarmNames: [!Ref High]\n", "          AlarmNames: []\n"),
    Break("RLB004", DEPLOY, "--no-fail-on-empty-changeset\n", "--no-fail-on-empty-changeset --disable-rollback\n"),
    Break("OBS002", SERVICE, " OR ALARM(${Latency})", ""),
    Break("OBS002", SERVICE, " OR ALARM(${Saturation})", ""),
    Break("OBS003", SERVICE, " OR ALARM(${CanaryErrors})", ""),
    Break("BAK005", SERVICE, " OR ALARM(${TooFewRequests})", ""),
    Break("OBS005", SERVICE, ', {"label": "investigate", "value": 0.3}', ""),
    Break("OBS006", SERVICE, "rate(1 minute)", "rate(1 hour)"),
    Break("OBS006", SERVICE, "StartCanaryAfterCreation: true", "StartCanaryAfterCreation: false"),
    Break(
        "OBS004",
        "docs/runbook.md",
        "## 1. Roll back\n"
        "\n"
        "Whatever it is: can it be rolled back? Run `scripts/roll-back.sh orders` in the region, also when no "
        "deployment is known to be the cause.\n",
        "## 1. Wait\n\nIt may pass.\n",
    ),
    # --- locks, windows, identities, governance ---
    Break(
        "WIN001",
        DEPLOY,
        "        run: |\n"
        '          test "$(date +%u)" -le 4\n'
        '          test "$(date +%H)" -ge 8\n'
        '          test "$(date +%H)" -lt 16\n',
        "        run: date\n",
    ),
    Break("WIN002", DEPLOY, '"$(date +%u)" -le 4', '"$(date +%u)" -le 7'),
    Break(
        "WIN004",
        DEPLOY,
        "      group: deploy-${{ inputs.environment }}-${{ inputs.region }}\n",
        "      group: deploy-${{ github.run_id }}\n",
    ),
    Break(
        "WIN004",
        DEPLOY,
        "    concurrency: # WIN004, WIN005\n"
        "      group: deploy-${{ inputs.environment }}-${{ inputs.region }}\n"
        "      cancel-in-progress: false\n",
        "",
    ),
    Break("WIN005", DEPLOY, "cancel-in-progress: false", "cancel-in-progress: true"),
    Break(
        "SEC001",
        DEPLOY,
        "          role-to-assume: arn:aws:iam::${{ inputs.account }}:role/orders-deploy\n",
        "          aws-access-key-id: ${{ secrets.AWS_ACCESS_KEY_ID }}\n"
        "          aws-secret-access-key: ${{ secrets.AWS_SECRET_ACCESS_KEY }}\n",
    ),
    Break(
        "SEC002",
        DEPLOY,
        "actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683 # SRC005",
        "actions/checkout@main # SRC005",
    ),
    Break(
        "SEC002",
        DEPLOY,
        "configure-aws-credentials@e3dd6a429d7300a6a4c196c26e071d42e0343502 # v4.0.2; SEC001",
        "configure-aws-credentials@master # SEC001",
    ),
    Break(
        "CHG002",
        RELEASE,
        "      - run: cfn-guard validate --rules infra/guard --data infra/service.yml # CHG002: gamma proves the "
        "change, this its kind\n",
        "",
    ),
    Break(
        "CHG003",
        DEPLOY,
        "      - name: Deploy #",
        "      - run: aws cloudformation delete-stack --stack-name orders\n      - name: Deploy #",
    ),
    Break("GOV003", DEPLOY, "    timeout-minutes: 145", "    # timeout-minutes: 145"),
    Break("GOV003", DEPLOY, "    timeout-minutes: 145", "    timeout-minutes: 90"),
    Break("GOV006", CONFIG, "date: 2026-10-08", "date: 2025-10-08"),
    Break("GOV006", CONFIG, "date: 2026-09-14", "date: 2024-09-14"),
    Break("APV004", CONFIG, "prevent_self_review: true", "prevent_self_review: false"),
    Break(
        "APV003",
        CONFIG,
        "    github: {branch_policy: [main], admin_bypass: false}\n",
        "    github: {branch_policy: [], admin_bypass: true}\n",
    ),
    Break("SRC003", CONFIG, "required_approvals: 1", "required_approvals: 0"),
    Break("SRC004", ".github/CODEOWNERS", "/.github/ @acme/team-orders\n", ""),
    Break("SRC006", VERIFY, "      - run: npm test\n", ""),
    Break(
        "OBS007", RELEASE, "    needs: [gamma-soak, production-first, production-rest]\n", "    needs: [gamma-soak]\n"
    ),
    Break("OBS007", RELEASE, "    if: failure()\n", "    if: success()\n"),
    Break(
        "GOV007",
        RELEASE,
        "    needs: [build, approve]\n"
        "    permissions: {contents: read, id-token: write}\n"
        "    uses: ./.github/workflows/deploy.yml\n",
        "    needs: [build, approve]\n"
        "    permissions: {contents: read, id-token: write}\n"
        "    uses: acme/shared/.github/workflows/deploy.yml@11bd71901bbe5b1630ceea73d27597364c9af683\n",
    ),
    # --- the supply chain, and what runs beside the release ---
    Break("BLD004", RELEASE, "      - run: gitleaks git --redact .\n", ""),
    Break("BLD004", RELEASE, "      - run: semgrep scan --error --config p/default\n", ""),
    Break("BLD004", RELEASE, "      - run: trivy fs --scanners vuln --exit-code 1 .\n", ""),
    Break("BLD004", RELEASE, "      - run: npx eslint .\n      - run: gitleaks", "      - run: gitleaks"),
    Break("BLD005", DEPLOY, 'run: gh attestation verify "oci://$IMAGE" --owner acme', "run: gh auth status"),
    Break("BLD005", DEPLOY, 'verify "oci://$IMAGE" --owner acme', 'verify "oci://$IMAGE" --owner acme || true'),
    Break(
        "BLD005",
        RELEASE,
        "      - run: syft "
        '"333333333333.dkr.ecr.eu-west-1.amazonaws.com/orders-api@${{ steps.push.outputs.digest }}" --output '
        "spdx-json=sbom.spdx.json\n",
        "",
    ),
    Break("LOD002", NIGHTLY, '"0 2 * * *"', '"0 2 * * 1"'),
    Break(
        "LOD004",
        RELEASE,
        "      - run: k6 run load/one_tenant.js\n",
        "",
        more=((NIGHTLY, "      - run: k6 run load/one_tenant.js\n", ""),),
    ),
    Break("RLB006", RELEASE, "    needs: [build, rollback-test]\n", "    needs: [build, beta-tests]\n"),
    Break("WIN003", CONFIG, "review: {", "freezes: [{from: 2026-12-20, to: 2027-01-02, reason: holidays}]\nreview: {"),
    Break(
        "CHG001",
        RELEASE,
        "  tell-owners: # OBS007\n",
        OPERATE,
        more=((RELEASE, "on:\n  push:\n", "on:\n  workflow_dispatch: {inputs: {command: {type: string}}}\n  push:\n"),),
    ),
    Break("RLB010", SERVICE, "        BakeTimeInMinutes: 60 #", "        BakeTimeInMinutes: 0 #", also=LIMIT),
    # --- conditions that put up with what failed ---
    Break(
        "ENV001",
        RELEASE,
        "    needs: [build, approve]\n",
        "    needs: [build, approve]\n    if: ${{ always() && needs.approve.result != 'failure' }}\n",
        also={"TST004": "a test that fails before skips the approval, which is no failure"},
    ),
    Break(
        "WIN001",
        DEPLOY,
        "if: startsWith(inputs.environment, 'production')",
        "if: startsWith(inputs.environment, 'prodigy')",
    ),
    Break(
        "WIN001",
        DEPLOY,
        "      - name: Only in working hours # WIN001, WIN002\n",
        "      - name: Only in working hours\n        continue-on-error: true\n",
    ),
    Break(
        "RLB007",
        DEPLOY,
        "      - name: Not while an alarm is on # RLB007\n",
        "      - name: Not while an alarm is on\n        continue-on-error: true\n",
    ),
    Break(
        "RLB007",
        DEPLOY,
        "      - name: Not while an alarm is on # RLB007\n",
        "      - name: Not while an alarm is on\n        if: inputs.environment != 'production'\n",
    ),
    Break("APV002", RELEASE, "  approve: # APV001", "  approve:\n    continue-on-error: true # APV001"),
    Break(
        "RLB005",
        DEPLOY,
        "Environment=${{ inputs.environment }}\n",
        "Environment=${{ inputs.environment }} || true\n",
        also=dict.fromkeys(("CHG002", "ENV002"), "the deploys of alpha, beta and gamma may fail as well"),
    ),
    Break("SRC002", RELEASE, "on:\n  push:\n", "on:\n  pull_request_target:\n  push:\n"),
    Break("WIN005", DEPLOY, "cancel-in-progress: false", "cancel-in-progress: ${{ github.ref == 'refs/heads/main' }}"),
    Break(
        "WIN005",
        RELEASE,
        "permissions:\n  contents: read\n\njobs:",
        "concurrency: {group: release, cancel-in-progress: true}\npermissions:\n  contents: read\n\njobs:",
    ),
    Break(
        "BLD005", DEPLOY, "        run: gh attestation", "        continue-on-error: true\n        run: gh attestation"
    ),
    Break("TST004", RELEASE, "      - run: npm test\n", "      - run: npm test 2>&1 | tee test.log\n"),
    Break("TST004", RELEASE, "      - run: npm test\n", "      - run: if ! npm test; then echo failed; fi\n"),
    Break(
        "TST004",
        RELEASE,
        "      - run: npm test\n",
        "      - shell: bash {0}\n        run: |\n          npm test\n          echo done\n",
    ),
    Break("TST001", RELEASE, "      - run: npm test\n", "      - if: false\n        run: npm test\n"),
    Break("TST001", RELEASE, "      - run: npm test\n", '      - run: echo "npm test"\n'),
    Break(
        "BLD002",
        RELEASE,
        "      region: ap-southeast-2\n      image: ${{ needs.build.outputs.image }}\n",
        "      region: ap-southeast-2\n      image: 333333333333.dkr.ecr.eu-west-1.amazonaws.com/orders-api:main\n",
    ),
    Break(
        "ENV005",
        RELEASE,
        '      account: "777777777777"\n      region: ap-southeast-2\n',
        '      account: "666666666666"\n      region: ap-southeast-2\n',
    ),
    Break(
        "ENV002", DEPLOY, "    environment: ${{ inputs.environment }} # ENV006, APV003\n", "    environment: staging\n"
    ),
    Break("TST004", RELEASE, "--exit-code 1 .", "--exit-code 0 ."),
    # --- gamma gets something else than production ---
    *(
        Break("BLD003", RELEASE, GAMMA_IMAGE.format("${{ needs.build.outputs.image }}"), GAMMA_IMAGE.format(image))
        for image in (
            "333333333333.dkr.ecr.eu-west-1.amazonaws.com/orders-api:v41",
            "333333333333.dkr.ecr.eu-west-1.amazonaws.com/orders-api@sha256:" + "4f" * 32,
        )
    ),
    Break(
        "BLD003",
        RELEASE,
        "  alpha:\n    needs: [build]\n",
        SECOND_BUILD + "  alpha:\n    needs: [build]\n",
        more=(
            (RELEASE, "    needs: [build, rollback-test]\n", "    needs: [build, build-gamma, rollback-test]\n"),
            (
                RELEASE,
                GAMMA_IMAGE.format("${{ needs.build.outputs.image }}"),
                GAMMA_IMAGE.format("${{ needs.build-gamma.outputs.image }}"),
            ),
        ),
    ),
    # --- the alarms of something else ---
    Break("ENV007", RELEASE, "--alarm-names orders-gamma-high", "--alarm-names orders-production-high"),
    Break("ENV007", RELEASE, "--alarm-names orders-gamma-high", "--alarm-names billing-gamma-high"),
    # --- what runs no test and no scan, or cannot stop anything ---
    *(
        Break("TST001", RELEASE, "      - run: npm test\n", f"      - run: {other}\n")
        for other in ("tox -e build", "npx vitest list", "npx jest --listTests", "pytest --collect-only")
    ),
    Break("BLD004", RELEASE, "gitleaks git --redact .", "gitleaks version"),
    Break("BLD004", RELEASE, "      - run: npx eslint .\n", "      - run: npx eslint --version\n"),
    Break("TST004", RELEASE, "semgrep scan --error", "semgrep scan"),
    Break("TST004", RELEASE, "trivy fs --scanners vuln --exit-code 1 .", "trivy fs --scanners vuln ."),
    Break("ENV007", RELEASE, "--alarm-names orders-gamma-high", "--alarm-names orders-beta-high"),
)
