"""What commands are taken for: a wrong kind hides a missing gate, or blocks a deploy for nothing."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from barraiser.model.tri import NO, YES
from barraiser.model.words import ACTIVITY_KINDS
from classify.pipelines import action, activities, classified, job, key, kinds, script

DEPLOYS = [
    "kubectl apply -f k8s/",
    "kubectl -n prod set image deployment/web web=acme/web:1.2.3",
    "kubectl rollout restart deployment/web",
    "helm upgrade --install web ./chart",
    "helm --kube-context prod upgrade web ./chart",
    "argocd app sync web",
    "terraform apply -auto-approve plan.out",
    "terraform -chdir=infra apply plan.out",
    "tofu apply plan.out",
    "terragrunt run-all apply --terragrunt-non-interactive",
    "pulumi up --yes --stack prod",
    "npx cdk deploy --all --require-approval never",
    "sam deploy --config-env prod",
    "npx serverless deploy --stage prod",
    "copilot svc deploy --env prod",
    "eb deploy shop-prod",
    "aws ecs update-service --cluster c --service s --force-new-deployment",
    "aws --region eu-west-1 deploy create-deployment --application-name a",
    "aws lambda update-function-code --function-name f --zip-file fileb://f.zip",
    "aws cloudformation deploy --stack-name s --template-file t.yml",
    "aws elasticbeanstalk update-environment --environment-name e --version-label v",
    "gcloud run deploy web --image eu.gcr.io/p/web@sha256:0",
    "gcloud --project p app deploy app.yaml",
    "gcloud beta run deploy web",
    "az webapp deploy --name shop --src-path app.zip",
    "az webapp deployment slot swap --name shop --slot staging --target-slot production",
    "az functionapp deployment source config-zip -n f --src f.zip",
    "firebase deploy --only functions",
    "vercel --prod --token=$TOKEN",
    "netlify deploy --prod --dir=public",
    "git push https://heroku:$KEY@git.heroku.com/shop.git HEAD:main",
    "heroku container:release web --app shop",
    "flyctl deploy --remote-only",
    "cf push shop -f manifest.yml",
    "ansible-playbook -i inventory/prod site.yml",
    "rsync -az --delete dist/ deploy@www.acme.example:/var/www/shop",
    "ssh deploy@www.acme.example 'cd /srv/shop && docker compose pull && docker compose up -d'",
    "ssh -i key.pem -o StrictHostKeyChecking=no ec2-user@$HOST sudo systemctl restart shop",
    "aws s3 sync dist s3://www.acme.example --delete",
    "kustomize build overlays/prod | kubectl apply -f -",
    "kamal deploy -d production",
    "docker stack deploy -c stack.yml shop",
    "nomad job run shop.nomad",
    "sudo -E helm upgrade web ./chart",
    "time timeout 600 helm upgrade web ./chart",
    "aws-vault exec prod -- terraform apply plan.out",
    "docker run --rm -v $PWD:/work -w /work hashicorp/terraform:1.9 apply -auto-approve",
    "docker compose run --rm tools ansible-playbook site.yml",
    "bash -c 'kubectl apply -f k8s/'",
    "wrangler deploy --env production",
    "curl -X POST https://api.render.com/deploy/srv-1?key=$KEY",
]


@pytest.mark.parametrize("command", DEPLOYS)
def test_a_deploy_is_found(command: str) -> None:
    assert "deploy" in kinds(command)


NO_DEPLOYS = [
    "echo kubectl apply -f k8s/",
    "# kubectl apply -f k8s/",
    'printf "%s" "terraform apply"',
    "terraform plan -out plan.out",
    "kubectl apply --dry-run=server -f k8s/",
    "kubectl get pods",
    "kubectl create namespace shop --dry-run=client -o yaml | kubectl apply -f -",
    "kubectl create secret generic s --from-file f",
    "helm upgrade --dry-run web ./chart",
    "helm template web ./chart",
    "helm repo add acme https://charts.acme.example",
    "cdk diff",
    "cdk synth",
    "pulumi preview",
    "aws cloudformation deploy --no-execute-changeset --stack-name s --template-file t.yml",
    "aws ecs describe-services --cluster c --services s",
    "aws s3 cp s3://bucket/file .",
    "aws s3 sync build/reports s3://acme-reports",
    "ansible-playbook --check site.yml",
    "docker push acme/shop:1",
    "docker compose up -d",
    "gcloud auth login",
    "vercel pull --yes",
    "git push origin HEAD",
    "sam build",
    "npm publish",
    "mvn deploy",
    "dotnet publish -c Release",
    "grep -r 'kubectl apply' docs",
]


@pytest.mark.parametrize("command", NO_DEPLOYS)
def test_what_deploys_nothing_is_no_deploy(command: str) -> None:
    assert "deploy" not in kinds(command)


KINDS = [
    ("terraform plan", ["plan"]),
    ("terraform destroy -auto-approve", ["destroy"]),
    ("terraform apply -destroy -auto-approve", ["destroy"]),
    ("helm uninstall web", ["destroy"]),
    ("kubectl delete namespace shop", ["destroy"]),
    ("aws rds delete-db-instance --db-instance-identifier d --skip-final-snapshot", ["destroy"]),
    ('psql -c "DROP TABLE orders"', ["destroy"]),
    ("kubectl rollout undo deployment/web", ["rollback"]),
    ("helm rollback web 3", ["rollback"]),
    ("docker build -t acme/shop .", ["build"]),
    ("docker buildx build --push -t acme/shop .", ["publish"]),
    ("docker push acme/shop:1", ["publish"]),
    ("npm publish", ["publish"]),
    ("twine upload dist/*", ["publish"]),
    ("gh release create v1", ["publish"]),
    ("npm run build", ["build"]),
    ("npm run lint", ["lint"]),
    ("npm test", ["unit-test"]),
    ("yarn test:e2e", ["e2e-test"]),
    ("pnpm --filter web run test:integration", ["integration-test"]),
    ("pytest -q", ["unit-test"]),
    ("python -m pytest tests/integration", ["integration-test"]),
    ("poetry run pytest tests/e2e", ["e2e-test"]),
    ("uv run --frozen pytest", ["unit-test"]),
    ("python manage.py test", ["unit-test"]),
    ("python3 manage.py migrate --noinput", ["migrate"]),
    ("bundle exec rails db:migrate", ["migrate"]),
    ("flyway -url=$URL migrate", ["migrate"]),
    ("npx prisma migrate deploy", ["migrate"]),
    ("go test ./...", ["unit-test"]),
    ("go vet ./...", ["lint"]),
    ("cargo clippy && cargo test", ["lint", "unit-test"]),
    ("./mvnw -B verify", ["build", "unit-test"]),
    ("mvn -B package -DskipTests", ["build"]),
    ("mvn -B verify -Pit failsafe:verify", ["integration-test"]),
    ("./gradlew build", ["unit-test", "build"]),
    ("./gradlew build -x test", ["build"]),
    ("./gradlew integrationTest", ["integration-test"]),
    ("dotnet test", ["unit-test"]),
    ("make test", ["unit-test"]),
    ("npx cypress run", ["e2e-test"]),
    ("npx playwright test", ["e2e-test"]),
    ("bundle exec rspec spec/features", ["e2e-test"]),
    ("bundle exec rspec spec/models", ["unit-test"]),
    ("npx vitest src/features/cart", ["unit-test"]),
    ("newman run api.postman.json", ["integration-test"]),
    ("k6 run load.js", ["load-test"]),
    ("docker run --rm grafana/k6 run load.js", ["load-test"]),
    ("jmeter -n -t plan.jmx", ["load-test"]),
    ("chaos run experiment.json", ["chaos-test"]),
    ("kubectl apply -f chaos/pod-kill.yaml", ["chaos-test"]),
    ("kubectl apply -f https://litmuschaos.github.io/litmus/litmus-operator-v3.yaml", ["deploy"]),
    ("kubectl apply -f k8s/chaos-rbac.yaml", ["deploy"]),
    ("kubectl apply -f - <<'EOF'\nkind: NetworkChaos\nEOF", ["chaos-test"]),
    ("trivy image acme/shop", ["sca"]),
    ("semgrep ci", ["sast"]),
    ("gitleaks detect", ["secret-scan"]),
    ("checkov -d .", ["iac-scan"]),
    ("cosign sign acme/shop", ["sign"]),
    ("cosign verify acme/shop", ["verify-signature"]),
    ("docker trust sign acme/shop:1.2", ["sign"]),
    ("jarsigner -keystore store.jks shop.jar release", ["sign"]),
    ("jarsigner -verify shop.jar", ["verify-signature"]),
    ("gcloud beta container binauthz attestations sign-and-create --attestor=built", ["sign"]),
    ("dotnet nuget sign shop.nupkg --certificate-path release.pfx", ["sign"]),
    ("python -m sigstore verify identity shop.whl", ["verify-signature"]),
    ("sleep 900", ["bake"]),
    ("sleep 15m", ["bake"]),
    ("sleep 30", []),
    ("curl -fsS https://shop.acme.example/healthz", ["smoke-test"]),
    ("aws cloudwatch describe-alarms --state-value ALARM", ["alarm-gate"]),
    ("aws appconfig start-deployment --application-id a", ["config-deploy"]),
    ('curl -X POST -d "{}" https://hooks.slack.com/services/x', ["notify"]),
    ("fastlane test", ["unit-test"]),
]


@pytest.mark.parametrize(("command", "expected"), KINDS, ids=[command for command, _ in KINDS])
def test_a_command_is_of_its_kind(command: str, expected: list[str]) -> None:
    assert kinds(command) == expected


def test_a_test_takes_its_kind_from_its_job_where_its_words_do_not_tell() -> None:
    assert kinds("npm test", id="smoke-tests") == ["smoke-test"]
    assert kinds("pytest", id="integration") == ["integration-test"]
    assert kinds("pytest tests/unit", id="integration") == ["unit-test"]


def test_a_script_that_cannot_be_read_is_believed_little() -> None:
    (deploy,) = activities("./scripts/deploy.sh prod")
    assert deploy.kind == "deploy"
    assert deploy.opaque
    assert deploy.confidence < 0.6
    assert deploy.environment is not None
    assert deploy.environment.cls == "prod"


def test_an_unknown_tool_is_opaque_and_a_known_one_is_not() -> None:
    unknown, known = activities("acmectl frobnicate\nnpm ci")
    assert (unknown.kind, unknown.opaque) == ("other", True)
    assert (known.kind, known.opaque) == ("other", False)


def test_every_activity_stands_at_its_own_line() -> None:
    found = activities("npm ci\nnpm test\n\nhelm upgrade web ./chart\n")
    assert [(each.kind, each.place.line) for each in found] == [("other", 11), ("unit-test", 12), ("deploy", 14)]


def test_softness_is_kept() -> None:
    hard, soft = activities("set -e\npytest\nnpm test || true\n")
    assert hard.soft == NO
    assert soft.soft == YES
    assert soft.soft_reason


def test_a_script_of_the_repository_is_followed_to_its_own_lines(tmp_path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts" / "release.sh").write_text("#!/bin/bash\nset -e\npytest\nhelm upgrade web ./chart --wait\n")
    one = job(script("./scripts/release.sh"))
    pipeline = classified(one, root=tmp_path)
    assert [(each.kind, each.place.path, each.place.line) for each in one.activities] == [
        ("unit-test", "scripts/release.sh", 3),
        ("deploy", "scripts/release.sh", 4),
    ]
    assert "scripts/release.sh" in pipeline.files


def test_a_make_target_is_followed(tmp_path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "Makefile").write_text("deploy:\n\tkubectl apply -f k8s/\n")
    one = job(script("make deploy"))
    classified(one, root=tmp_path)
    (deploy,) = one.activities
    assert (deploy.kind, deploy.place.path, deploy.place.line) == ("deploy", "Makefile", 2)
    assert not deploy.opaque


def test_a_package_script_is_followed(tmp_path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "package.json").write_text('{\n "scripts": {\n  "ship": "wrangler deploy --env production"\n }\n}\n')
    one = job(script("npm run ship"))
    classified(one, root=tmp_path)
    (deploy,) = one.activities
    assert (deploy.kind, deploy.place.path, deploy.place.line) == ("deploy", "package.json", 3)


def test_a_script_outside_the_root_is_not_read(tmp_path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "deploy.sh").write_text("kubectl apply -f k8s/\n")
    root = tmp_path / "repository"
    root.mkdir()
    one = job(script("bash ../deploy.sh"))
    classified(one, root=root)
    assert [each.opaque for each in one.activities] == [True]


def test_a_script_that_calls_itself_ends(tmp_path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "a.sh").write_text("./a.sh\nbash a.sh\nkubectl apply -f k8s/\n")
    one = job(script("./a.sh"))
    classified(one, root=tmp_path)
    assert "deploy" in [each.kind for each in one.activities]


WORDS = st.lists(
    st.sampled_from(
        [
            "kubectl",
            "apply",
            "-f",
            "-",
            "docker",
            "run",
            "--rm",
            "bash",
            "-c",
            "ssh",
            "host",
            "'x'",
            '"y"',
            "sudo",
            "npx",
            "npm",
            "run",
            "make",
            "deploy.sh",
            "env",
            "A=1",
            "&&",
            "||",
            ";",
            "|",
            "xargs",
            "eval",
            "python",
            "-m",
            "aws",
            "s3",
            "sync",
            "git",
            "push",
            "$X",
            "${Y}",
            "$(z)",
            "--",
            "aws-vault",
            "exec",
            "helm",
            "upgrade",
            "terraform",
            "`q`",
            "{",
            "}",
            "(",
            ")",
            "[",
            "]",
            "=",
            "-",
        ]
    ),
    max_size=14,
)


@settings(max_examples=50, deadline=None)
@given(WORDS)
def test_any_words_give_known_kinds_and_no_error(words: list[str]) -> None:
    for each in activities(" ".join(words)):
        assert each.kind in ACTIVITY_KINDS
        assert 0 < each.confidence <= 1


def test_a_commit_that_changes_a_manifest_is_a_deploy_by_gitops() -> None:
    (deploy,) = [
        each
        for each in activities("yq -i '.image.tag = \"1.2\"' overlays/prod/values.yaml\ngit commit -am x\ngit push\n")
        if each.kind == "deploy"
    ]
    assert deploy.confidence == 0.6
    assert deploy.environment is not None
    assert deploy.environment.cls == "prod"
    assert "waits" not in deploy.facts


def test_a_commit_of_anything_else_is_none() -> None:
    assert kinds("npm version patch\ngit commit -am x\ngit push\n") == []


def test_several_scripts_at_once_are_all_seen() -> None:
    assert kinds("npx npm-run-all lint test:unit") == ["lint", "unit-test"]
    assert kinds("npx start-server-and-test start http://localhost:3000 test:e2e") == ["e2e-test"]


@settings(max_examples=50, deadline=None)
@given(
    st.text(max_size=30),
    st.dictionaries(
        st.sampled_from(["run", "script", "args", "command", "push", "environment", "host", "ref"]),
        st.text(max_size=40),
    ),
)
def test_any_action_with_any_inputs_gives_no_error(uses: str, inputs: dict[str, str]) -> None:
    for platform in ("github-actions", "gitlab-ci", "codepipeline"):
        for name in (
            uses,
            "appleboy/ssh-action@v1",
            "docker/build-push-action@v6",
            "Invoke/AWS/Lambda",
            "gitlab:trigger",
            "docker://x",
        ):
            one = job(action(name or "x", uses, **inputs), id=uses or "x", stage=uses, environment=key(uses))
            classified(one, platform=platform)
            assert all(each.kind in ACTIVITY_KINDS for each in one.activities)


def test_what_is_read_of_called_scripts_is_bounded(tmp_path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "a.sh").write_text("kubectl apply -f k8s/\n" * 3000)
    one = job(script("./a.sh\n" * 200))
    classified(one, root=tmp_path)
    assert len(one.activities) < 25_000
    assert one.activities[-1].opaque
