"""What the actions of GitHub's marketplace do: ``owner/name`` (lower case, without version) -> (kind, marks).

Source of each row: the action's own README at ``https://github.com/OWNER/NAME``. A path below the repository is part of the name.
Marks are those of :mod:`barraiser.classify.rows`, with the action's inputs in the place of a command's options.
"""

from __future__ import annotations

Row = tuple[str, str]

ACTIONS: dict[str, Row] = {
    # What GitHub itself gives
    "actions/checkout": ("source", ""), "actions/upload-artifact": ("other", "art=name"), "actions/download-artifact": ("other", "art=name"),
    "actions/upload-pages-artifact": ("build", "c=0.6"), "actions/deploy-pages": ("deploy", "waits=yes default=static:0.95 as=static-site"),
    "actions/jekyll-build-pages": ("build", ""), "actions/upload-release-asset": ("publish", ""), "actions/create-release": ("publish", ""),
    "actions/attest-build-provenance": ("sign", ""), "actions/attest": ("sign", ""), "actions/attest-sbom": ("sign", ""),
    "actions/dependency-review-action": ("sca", ""), "actions/first-interaction": ("notify", ""), "actions/github-script": ("script", ""),
    "actions/labeler": ("other", ""), "actions/stale": ("other", ""), "actions/publish-immutable-action": ("publish", ""),
    "github/codeql-action/init": ("other", ""), "github/codeql-action/autobuild": ("build", "c=0.6"), "github/codeql-action/analyze": ("sast", ""),
    "github/codeql-action/upload-sarif": ("notify", ""), "github/super-linter": ("lint", ""), "super-linter/super-linter": ("lint", ""),
    # AWS
    "aws-actions/configure-aws-credentials": ("other", "key=aws-access-key-id,aws-secret-access-key"),
    "aws-actions/amazon-ecr-login": ("other", ""),
    "aws-actions/amazon-ecs-render-task-definition": ("other", ""),
    "aws-actions/amazon-ecs-deploy-task-definition": ("deploy", "wait==wait-for-service-stability target=service def=task-definition aim=cluster,service"),
    "aws-actions/amazon-ecs-deploy-express-service": ("deploy", "waits=yes target=service-name"),
    "aws-actions/aws-cloudformation-github-deploy": ("deploy", "nowait==no-execute-changeset noback==disable-rollback target=name def=template aim=name,parameter-overrides as=iac-only"),
    "aws-actions/aws-lambda-deploy": ("deploy", "waits=yes target=function-name"),
    "aws-actions/aws-codebuild-run-build": ("other", "opaque"),
    "aws-actions/setup-sam": ("other", ""),
    "aws-actions/codeguru-reviewer": ("sast", ""),
    "appleboy/lambda-action": ("deploy", "wait= target=function_name"),
    "einaregilsson/beanstalk-deploy": ("deploy", "waits=yes target=environment_name env=environment_name"),
    "jakejarvis/s3-sync-action": ("deploy", "waits=yes as=static-site c=0.75"),
    "reggionick/s3-deploy": ("deploy", "waits=yes as=static-site c=0.8"),
    "chetan/invalidate-cloudfront-action": ("other", ""),
    "serverless/github-action": ("deploy", "waits=yes c=0.7"),
    "youyo/aws-cdk-github-actions": ("cli:cdk", "sub=cdk_subcommand"),
    "donaldpiret/ecs-deploy": ("deploy", "waits=yes target=service_name"),
    "silinternational/ecs-deploy": ("deploy", "waits=yes"),
    "awact/s3-action": ("deploy", "waits=yes as=static-site c=0.7"),
    # Azure
    "azure/login": ("other", "key=creds"), "azure/docker-login": ("other", ""),
    "azure/webapps-deploy": ("deploy", "waits=yes target=app-name env=slot-name image=images key=publish-profile"),
    "azure/webapps-container-deploy": ("deploy", "waits=yes target=app-name env=slot-name image=images key=publish-profile"),
    "azure/functions-action": ("deploy", "waits=yes target=app-name env=slot-name key=publish-profile"),
    "azure/functions-container-action": ("deploy", "waits=yes target=app-name env=slot-name image=image"),
    "azure/container-apps-deploy-action": ("deploy", "waits=yes target=containerAppName image=imageToDeploy"),
    "azure/aci-deploy": ("deploy", "waits=yes target=name image=image"),
    "azure/k8s-deploy": ("deploy", "waits=yes image=images def=manifests aim=namespace,manifests"),
    "azure/k8s-bake": ("other", ""), "azure/k8s-set-context": ("other", "key=kubeconfig"), "azure/aks-set-context": ("other", ""),
    "azure/k8s-create-secret": ("other", ""), "azure/k8s-lint": ("lint", ""), "azure/use-kubelogin": ("other", ""),
    "azure/static-web-apps-deploy": ("deploy", "waits=yes as=static-site default=prod:0.6 env=deployment_environment key=azure_static_web_apps_api_token"),
    "azure/arm-deploy": ("deploy", "waits=yes target=resourceGroupName,deploymentName def=template aim=resourceGroupName,parameters as=iac-only"),
    "azure/bicep-deploy": ("deploy", "waits=yes def=template-file aim=resource-group-name,parameters-file as=iac-only"),
    "azure/cli": ("script", "script=inlineScript,azcliversion"), "azure/powershell": ("script", "script=inlineScript"),
    "azure/appservice-settings": ("config-deploy", "waits=yes target=app-name env=slot-name c=0.7"),
    "azure/sql-action": ("migrate", ""), "azure/mysql": ("migrate", "c=0.7"), "azure/postgresql": ("migrate", "c=0.7"),
    "azure/pipelines": ("deploy", "wait= opaque c=0.6 aim=azure-pipeline-name target=azure-pipeline-name"),
    "azure/load-testing": ("load-test", ""), "azure/spring-apps-deploy": ("deploy", "waits=yes target=app-name"),
    "azure/manage-azure-policy": ("deploy", "waits=yes as=iac-only c=0.8"), "azure/policy-compliance-scan": ("iac-scan", ""),
    "azure/azure-resource-login-action": ("other", ""), "azure/container-scan": ("sca", ""), "azure/setup-helm": ("other", ""),
    # Google Cloud
    "google-github-actions/auth": ("other", "key=credentials_json"),
    "google-github-actions/deploy-cloudrun": ("deploy", "waits=yes target=service,job image=image aim=service,job,project_id"),
    "google-github-actions/deploy-appengine": ("deploy", "waits=yes aim=project_id,deliverables"),
    "google-github-actions/deploy-cloud-functions": ("deploy", "waits=yes target=name aim=name,project_id"),
    "google-github-actions/create-cloud-deploy-release": ("deploy", "wait= target=delivery_pipeline"),
    "google-github-actions/get-gke-credentials": ("other", ""), "google-github-actions/upload-cloud-storage": ("publish", "c=0.7"),
    # Kubernetes and GitOps
    "deliverybot/helm": ("deploy", "waits=yes target=release aim=namespace,release,value-files"),
    "bitovi/github-actions-deploy-eks-helm": ("deploy", "waits=yes target=name aim=namespace,name,cluster-name"),
    "wyrihaximus/github-action-helm3": ("script", "script=exec"),
    "steebchen/kubectl": ("cli:kubectl", "sub=args,command"), "actions-hub/kubectl": ("cli:kubectl", "sub=args"), "kodermax/kubectl-aws-eks": ("cli:kubectl", "sub=args"),
    "werf/actions/converge": ("deploy", "waits=yes env=env"), "werf/actions/build": ("build", ""), "werf/actions/install": ("other", ""),
    "werf/actions/dismiss": ("destroy", "destroys=the_release"),
    "clowdhaus/argo-cd-action": ("cli:argocd", "sub=command,options"),
    "fluxcd/flux2/action": ("other", ""), "redhat-actions/oc-login": ("other", ""), "redhat-actions/oc-new-app": ("deploy", "waits=yes target=app_name image=image aim=namespace"),
    "redhat-actions/buildah-build": ("build", "image=image"), "redhat-actions/push-to-registry": ("publish", "image=image"),
    "kubevious/cli": ("lint", ""),
    # Infrastructure
    "hashicorp/setup-terraform": ("other", ""), "opentofu/setup-opentofu": ("other", ""),
    "dflook/terraform-plan": ("plan", "as=iac-only"), "dflook/terraform-apply": ("deploy", "waits=yes as=iac-only aim=path,workspace,var_file"),
    "dflook/terraform-destroy": ("destroy", "destroys=what_Terraform_manages"), "dflook/tofu-apply": ("deploy", "waits=yes as=iac-only aim=path,workspace"),
    "hashicorp/tfc-workflows-github/actions/apply-run": ("deploy", "waits=yes as=iac-only"), "hashicorp/tfc-workflows-github/actions/create-run": ("plan", "as=iac-only"),
    "pulumi/actions": ("cli:pulumi", "sub=command env=stack-name"), "gruntwork-io/terragrunt-action": ("cli:terragrunt", "sub=tg_command"),
    "dawidd6/action-ansible-playbook": ("deploy", "waits=yes def=playbook aim=playbook,options"), "cloudposse/github-action-atmos-terraform-apply": ("deploy", "waits=yes as=iac-only env=stack"),
    # Hosting
    "akhileshns/heroku-deploy": ("deploy", "waits=yes target=heroku_app_name aim=heroku_app_name key=heroku_api_key"),
    "amondnet/vercel-action": ("deploy", "waits=yes as=static-site prod=vercel-args~--prod"), "bettercodepaul/vercel-deploy": ("deploy", "waits=yes as=static-site"),
    "nwtgck/actions-netlify": ("deploy", "waits=yes as=static-site prod=production-deploy=true aim=alias"), "netlify/actions/cli": ("cli:netlify", "sub=args"),
    "cloudflare/wrangler-action": ("cli:wrangler", "sub=command env=environment bare=deploy key=apiToken"), "cloudflare/pages-action": ("deploy", "waits=yes as=static-site env=branch default=prod:0.5 key=apiToken"),
    "superfly/flyctl-actions": ("cli:fly", "sub=args"), "superfly/flyctl-actions/setup-flyctl": ("other", ""), "superfly/fly-pr-review-apps": ("deploy", "waits=yes default=ephemeral:0.9"),
    "firebaseextended/action-hosting-deploy": ("deploy", "waits=yes as=static-site prod=channelId=live default=ephemeral:0.6 key=firebaseServiceAccount"),
    "w9jds/firebase-action": ("cli:firebase", "sub=args"), "digitalocean/app_action": ("deploy", "waits=yes target=app_name"), "digitalocean/app_action/deploy": ("deploy", "waits=yes target=app_name"),
    "peaceiris/actions-gh-pages": ("deploy", "waits=yes as=static-site default=static:0.9"), "jamesives/github-pages-deploy-action": ("deploy", "waits=yes as=static-site default=static:0.9"),
    "crazy-max/ghaction-github-pages": ("deploy", "waits=yes as=static-site default=static:0.9"), "cpina/github-action-push-to-another-repository": ("gitops", ""),
    "rossjrw/pr-preview-action": ("deploy", "waits=yes as=static-site default=ephemeral:0.9"), "andresz1/size-limit-action": ("other", ""),
    "dokku/github-action": ("deploy", "waits=yes"), "caprover/deploy-from-github": ("deploy", "waits=yes target=app"), "johnbeynon/render-deploy-action": ("deploy", "wait="), "bervProject/railway-deploy": ("deploy", "wait= target=service"),
    "citizen-of-planet-earth/cf-cli-action": ("cli:cf", "sub=command"), "cloud-gov/cg-cli-tools": ("cli:cf", "sub=cf_command"), "cloud-gov/cg-deploy-action": ("deploy", "waits=yes"),
    "nais/deploy/actions/deploy": ("deploy", "waits=yes env=env.CLUSTER aim=env.CLUSTER,env.RESOURCE def=env.RESOURCE"), "nais/docker-build-push": ("publish", ""),
    # Octopus, Spinnaker and other deploy engines
    "octopusdeploy/deploy-release-action": ("deploy", "wait= opaque c=0.8 env=environments target=project"), "octopusdeploy/deploy-release-tenanted-action": ("deploy", "wait= opaque c=0.8 env=environment target=project"),
    "octopusdeploy/create-release-action": ("publish", ""), "octopusdeploy/push-package-action": ("publish", ""), "octopusdeploy/await-task-action": ("other", "watch"), "octopusdeploy/run-runbook-action": ("other", "opaque"), "octopusdeploy/login": ("other", ""),
    "chrnorm/deployment-action": ("other", ""), "chrnorm/deployment-status": ("notify", ""), "bobheadxi/deployments": ("other", ""),
    # SSH and copies
    "appleboy/ssh-action": ("script", "script=script remote aim=host key=key,password"), "appleboy/scp-action": ("deploy", "waits=yes c=0.7 aim=host,target key=key,password"),
    "easingthemes/ssh-deploy": ("deploy", "waits=yes c=0.85 aim=remote_host,target"), "burnett01/rsync-deployments": ("deploy", "waits=yes c=0.85 aim=remote_host,remote_path"),
    "samkirkland/ftp-deploy-action": ("deploy", "waits=yes c=0.85 aim=server,server-dir"), "garygrossgarten/github-action-ssh": ("script", "script=command remote aim=host"), "garygrossgarten/github-action-scp": ("deploy", "waits=yes c=0.7 aim=host"), "webfactory/ssh-agent": ("other", ""),
    # Starting other pipelines
    "peter-evans/repository-dispatch": ("dispatch", "aim=event-type,client-payload,repository"), "benc-uk/workflow-dispatch": ("dispatch", "aim=workflow,inputs"), "convictional/trigger-workflow-and-wait": ("dispatch", "aim=workflow_file_name,client_payload waits=yes"),
    "the-actions-org/workflow-dispatch": ("dispatch", "aim=workflow,inputs waits=yes"), "digital-blueprint/gitlab-pipeline-trigger-action": ("dispatch", "opaque"), "appleboy/jenkins-action": ("dispatch", "aim=job"),
    # Build and publish
    "docker/build-push-action": ("build", "image=tags push=push,outputs"), "docker/bake-action": ("build", "push=push,set"), "docker/metadata-action": ("other", ""), "docker/login-action": ("other", ""), "elgohr/publish-docker-github-action": ("publish", "image=name"),
    "docker/scout-action": ("sca", ""), "depot/build-push-action": ("build", "image=tags push=push"), "mr-smithers-excellent/docker-build-push": ("publish", "image=image"),
    "pypa/gh-action-pypi-publish": ("publish", ""), "js-devtools/npm-publish": ("publish", ""), "rust-lang/crates-io-auth-action": ("other", ""), "goreleaser/goreleaser-action": ("cli:goreleaser", "sub=args"), "softprops/action-gh-release": ("publish", ""),
    "ncipollo/release-action": ("publish", ""), "marvinpinto/action-automatic-releases": ("publish", ""), "svenstaro/upload-release-action": ("publish", ""), "cycjimmy/semantic-release-action": ("publish", ""), "changesets/action": ("publish", "c=0.7"), "googleapis/release-please-action": ("publish", "c=0.6"),
    "google-github-actions/release-please-action": ("publish", "c=0.6"), "release-drafter/release-drafter": ("other", ""), "helm/chart-releaser-action": ("publish", ""), "helm/chart-testing-action": ("other", ""), "snapcore/action-publish": ("publish", ""), "snapcore/action-build": ("build", ""), "pyo3/maturin-action": ("build", "cli-publish=command"),
    "pypa/cibuildwheel": ("build", ""), "hynek/build-and-inspect-python-package": ("build", ""), "home-assistant/builder": ("publish", "c=0.6"), "gradle/gradle-build-action": ("cli:gradle", "sub=arguments"), "gradle/actions/setup-gradle": ("cli:gradle", "sub=arguments"), "r0adkll/upload-google-play": ("deploy", "waits=yes as=mobile-release env=track default=prod:0.5"),
    "apple-actions/upload-testflight-build": ("deploy", "waits=yes as=mobile-release default=gamma:0.8"), "wzieba/firebase-distribution-github-action": ("deploy", "waits=yes as=mobile-release default=gamma:0.6"), "maierj/fastlane-action": ("cli:fastlane", "sub=lane"), "expo/expo-github-action": ("other", ""),
    "slsa-framework/slsa-github-generator/.github/workflows/generator_generic_slsa3.yml": ("sign", ""), "slsa-framework/slsa-github-generator/.github/workflows/generator_container_slsa3.yml": ("sign", ""), "slsa-framework/slsa-verifier/actions/installer": ("other", ""), "anchore/sbom-action": ("other", ""),
    "microsoft/setup-msbuild": ("other", ""), "vmactions/freebsd-vm": ("script", "script=run"), "addnab/docker-run-action": ("script", "script=run"), "uraimo/run-on-arch-action": ("script", "script=run"), "nick-fields/retry": ("script", "script=command"), "nick-invision/retry": ("script", "script=command"), "wandalen/wretry.action": ("script", "script=command"),
    "borales/actions-yarn": ("cli:yarn", "sub=cmd"), "getsentry/action-release": ("notify", ""), "getsentry/craft": ("publish", "c=0.7"), "getsentry/action-prepare-release": ("publish", "c=0.6"), "werf/trdl-vault-actions/publish": ("publish", ""), "werf/trdl-vault-actions/release": ("publish", ""),
    "getsentry/action-build-and-push-images": ("publish", ""),
    # Tests
    "cypress-io/github-action": ("e2e-test", "aim=config,env,wait-on"), "grafana/k6-action": ("load-test", "aim=flags"), "grafana/run-k6-action": ("load-test", "aim=flags"), "grafana/setup-k6-action": ("other", ""), "matt-ball/newman-action": ("integration-test", "aim=environment"), "postmanlabs/postman-cli": ("integration-test", ""),
    "datadog/synthetics-ci-github-action": ("smoke-test", ""), "checkly/checkly-action": ("smoke-test", ""), "treosh/lighthouse-ci-action": ("smoke-test", "aim=urls"), "jtalk/url-health-check-action": ("smoke-test", "aim=url"), "nobrayner/curl-health-check": ("smoke-test", ""), "emibcn/healthcheck": ("smoke-test", ""),
    "chaostoolkit/run-action": ("chaos-test", ""), "reactivecircus/android-emulator-runner": ("script", "script=script"), "browserstack/github-actions/setup-env": ("other", ""), "saucelabs/saucectl-run-action": ("e2e-test", ""), "artilleryio/action-cli": ("load-test", "aim=command"), "helm/kind-action": ("other", ""), "codspeedhq/action": ("other", ""),
    "gabrielbb/xvfb-action": ("script", "script=run"), "coactions/setup-xvfb": ("script", "script=run"), "pytest-dev/pytest": ("test", ""), "pavelzw/pytest-action": ("test", ""), "ansible/ansible-lint": ("lint", ""), "py-cov-action/python-coverage-comment-action": ("notify", ""), "bats-core/bats-action": ("other", ""),
    # Lint and scan
    "pre-commit/action": ("lint", ""), "golangci/golangci-lint-action": ("lint", ""), "reviewdog/action-eslint": ("lint", ""), "psf/black": ("lint", ""), "chartboost/ruff-action": ("lint", ""), "astral-sh/ruff-action": ("lint", ""), "hadolint/hadolint-action": ("lint", ""), "ibiqlik/action-yamllint": ("lint", ""), "ludeeus/action-shellcheck": ("lint", ""), "crate-ci/typos": ("lint", ""), "rhysd/actionlint": ("lint", ""), "lycheeverse/lychee-action": ("lint", ""), "davidanson/markdownlint-cli2-action": ("lint", ""), "oxsecurity/megalinter": ("lint", ""), "wagoid/commitlint-github-action": ("lint", ""), "amannn/action-semantic-pull-request": ("lint", ""),
    "aquasecurity/trivy-action": ("sca", ""), "anchore/scan-action": ("sca", ""), "snyk/actions": ("sca", ""), "google/osv-scanner-action": ("sca", ""), "dependency-check/dependency-check_action": ("sca", ""), "pypa/gh-action-pip-audit": ("sca", ""), "aliyun/acr-scan": ("sca", ""), "ossf/scorecard-action": ("sca", "c=0.6"), "fossas/fossa-action": ("sca", ""), "docker/scan-action": ("sca", ""), "wiz-sec/wizcli-action": ("sca", ""), "sysdiglabs/scan-action": ("sca", ""),
    "returntocorp/semgrep-action": ("sast", ""), "semgrep/semgrep-action": ("sast", ""), "sonarsource/sonarcloud-github-action": ("sast", ""), "sonarsource/sonarqube-scan-action": ("sast", ""), "sonarsource/sonarqube-quality-gate-action": ("sast", ""), "securego/gosec": ("sast", ""), "checkmarx/ast-github-action": ("sast", ""), "checkmarx-ts/checkmarx-cxflow-github-action": ("sast", ""), "veracode/veracode-uploadandscan-action": ("sast", ""), "pycqa/bandit-action": ("sast", ""), "step-security/harden-runner": ("other", ""), "microsoft/security-devops-action": ("sast", ""),
    "gitleaks/gitleaks-action": ("secret-scan", ""), "zricethezav/gitleaks-action": ("secret-scan", ""), "trufflesecurity/trufflehog": ("secret-scan", ""), "gitguardian/ggshield-action": ("secret-scan", ""),
    "zaproxy/action-baseline": ("dast", "aim=target"), "zaproxy/action-full-scan": ("dast", "aim=target"), "zaproxy/action-api-scan": ("dast", "aim=target"), "stackhawk/hawkscan-action": ("dast", ""), "projectdiscovery/nuclei-action": ("dast", "aim=target"),
    "bridgecrewio/checkov-action": ("iac-scan", ""), "aquasecurity/tfsec-action": ("iac-scan", ""), "checkmarx/kics-github-action": ("iac-scan", ""), "instrumenta/conftest-action": ("iac-scan", ""), "terraform-linters/setup-tflint": ("other", ""), "open-policy-agent/setup-opa": ("other", ""), "scottbrenner/cfn-lint-action": ("lint", ""),
    "sigstore/cosign-installer": ("other", ""), "sigstore/gh-action-sigstore-python": ("sign", ""), "crazy-max/ghaction-import-gpg": ("other", ""),
    # Waiting, approving, watching
    "trstringer/manual-approval": ("approval", ""), "sonichigo/manual-approval": ("approval", ""), "devops-actions/issue-approval": ("approval", ""), "hmarr/auto-approve-action": ("other", ""), "peter-evans/autoapprove": ("other", ""), "whatnick/wait-action": ("wait", "time=time"), "jakejarvis/wait-action": ("wait", "time=time"), "juliangruber/sleep-action": ("wait", "time=time"), "maddox/actions/sleep": ("wait", "time=args"), "lewagon/wait-on-check-action": ("other", ""), "fountainhead/action-wait-for-check": ("other", ""),
    "honeycombio/gha-buildevents": ("other", ""), "newrelic/deployment-marker-action": ("notify", ""), "servicenow/servicenow-devops-change": ("approval", ""), "re-actors/alls-green": ("other", ""),
    # Git
    "stefanzweifel/git-auto-commit-action": ("gitcommit", ""), "ad-m/github-push-action": ("gitcommit", ""), "endbug/add-and-commit": ("gitcommit", ""), "peter-evans/create-pull-request": ("other", ""), "fjogeleit/yaml-update-action": ("gitops", "aim=valueFile"), "mikefarah/yq": ("other", ""), "getsentry/action-github-commit": ("other", ""),
    # Database
    "joshuaavalon/flyway-action": ("migrate", "aim=url"), "liquibase-github-actions/update": ("migrate", "aim=url"), "ariga/atlas-action/migrate/apply": ("migrate", "env=env aim=url"), "ariga/setup-atlas": ("other", ""), "getsentry/action-migrations": ("other", ""),
    "launchdarkly/find-code-references": ("other", ""),
}  # fmt: skip
"""``owner/name`` -> (kind, marks). Kinds that are no activity: ``script`` (an input holds a script), ``cli:NAME`` (an input holds the
arguments of a program), ``dispatch`` (starts another workflow), ``wait``, ``gitops`` and ``gitcommit`` (pushes a commit)."""

HARMLESS = (
    "setup-",
    "install",
    "login",
    "cache",
    "checkout",
    "changed-files",
    "paths-filter",
    "metadata",
    "labeler",
    "notify",
    "credentials",
    "get-",
    "configure-",
    "import-",
    "comment",
    "toolchain",
    "version",
    "set-context",
    "logout",
    "auth",
)
"""Parts of the names of actions that prepare something."""

NOTIFY = (
    "slack",
    "teams",
    "discord",
    "telegram",
    "notify",
    "notification",
    "email",
    "send-mail",
    "pagerduty",
    "opsgenie",
    "codecov",
    "coveralls",
    "test-report",
    "junit",
    "mattermost",
    "jira",
)
"""Parts of the names of actions that tell somebody something."""

GITLAB: dict[str, Row] = {
    "gitlab:pages": ("deploy", "waits=yes default=static:0.95 as=static-site"),
    "gitlab:release": ("publish", ""),
    "gitlab:trigger": ("trigger", ""),
}
"""What GitLab's own keywords do: https://docs.gitlab.com/ci/yaml/#pages, #release and #trigger."""

IMAGES: dict[str, str] = {
    "zaproxy/zap-stable": "zap-baseline.py", "owasp/zap2docker-stable": "zap-baseline.py", "ghcr.io/zaproxy/zaproxy": "zap-baseline.py", "grafana/k6": "k6", "loadimpact/k6": "k6", "artilleryio/artillery": "artillery", "locustio/locust": "locust", "justb4/jmeter": "jmeter", "postman/newman": "newman", "cypress/included": "cypress",
    "aquasec/trivy": "trivy", "anchore/grype": "grype", "bridgecrew/checkov": "checkov", "checkmarx/kics": "kics", "aquasec/tfsec": "tfsec", "zricethezav/gitleaks": "gitleaks", "trufflesecurity/trufflehog": "trufflehog", "returntocorp/semgrep": "semgrep", "semgrep/semgrep": "semgrep", "sonarsource/sonar-scanner-cli": "sonar-scanner", "hadolint/hadolint": "hadolint", "koalaman/shellcheck": "shellcheck",
    "flyway/flyway": "flyway", "liquibase/liquibase": "liquibase", "amacneil/dbmate": "dbmate", "migrate/migrate": "migrate", "amazon/aws-cli": "aws", "public.ecr.aws/aws-cli/aws-cli": "aws", "google/cloud-sdk": "", "hashicorp/terraform": "terraform", "alpine/helm": "helm", "bitnami/kubectl": "kubectl", "gcr.io/kaniko-project/executor": "executor", "openpolicyagent/conftest": "conftest", "golangci/golangci-lint": "golangci-lint", "pipelinecomponents/yamllint": "yamllint",
}  # fmt: skip
"""Docker images whose entry point is a program (image without tag -> program). Source: the image's page on its registry."""
