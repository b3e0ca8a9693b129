"""Where a deploy goes: a wrong class asks production's rules of staging, or asks nothing of production."""

from __future__ import annotations

import pytest

from barraiser.model.declarations import Declarations, DeclaredEnvironment
from barraiser.model.environment import Environment
from barraiser.model.pipeline import Job, Scenario
from barraiser.model.tri import NO, YES
from classify.pipelines import action, classified, job, key, script


def of(one: Job) -> Environment:
    found = [each.environment for each in one.activities if each.kind in ("deploy", "config-deploy")]
    assert found, one.activities
    assert found[0] is not None
    return found[0]


def goes_to(text: str, **more: object) -> str:
    one = job(script(text), **more)  # type: ignore[arg-type]
    classified(one)
    return of(one).cls


@pytest.mark.parametrize(
    ("name", "cls"),
    [
        ("production", "prod"),
        ("prod-eu", "prod"),
        ("live", "prod"),
        ("staging", "gamma"),
        ("preprod", "gamma"),
        ("pre-production", "gamma"),
        ("uat", "gamma"),
        ("non-prod", "beta"),
        ("test", "beta"),
        ("qa", "beta"),
        ("development", "alpha"),
        ("dev2", "alpha"),
        ("canary", "onebox"),
        ("review/$CI_COMMIT_REF_SLUG", "ephemeral"),
        ("pr-12", "ephemeral"),
        ("preview", "ephemeral"),
        ("github-pages", "static"),
        ("product", "unknown"),
        ("latest", "unknown"),
        ("customer-portal", "prod"),
    ],
)
def test_the_job_s_environment_comes_first(name: str, cls: str) -> None:
    assert goes_to("kubectl apply -f k8s/", environment=key(name)) == cls


@pytest.mark.parametrize(
    ("command", "cls"),
    [
        ("helm upgrade web ./chart -n prod", "prod"),
        ("helm upgrade web ./chart -f values-staging.yaml", "gamma"),
        ("kubectl --context acme-prod apply -f k8s", "prod"),
        ("kubectl apply -k overlays/production", "prod"),
        ("kustomize build overlays/staging | kubectl apply -f -", "gamma"),
        ("terraform apply -var-file=envs/prod.tfvars", "prod"),
        ("npx serverless deploy --stage dev", "alpha"),
        ("npx serverless deploy --stage test", "beta"),
        ("sam deploy --config-env prod", "prod"),
        ("sam deploy --stack-name $PROD_STACK_NAME", "prod"),
        ("aws cloudformation deploy --stack-name shop-staging --template-file t.yml", "gamma"),
        ("eb deploy shop-prod", "prod"),
        ("gcloud run deploy web --project acme-production", "prod"),
        ("ansible-playbook -i inventory/staging site.yml", "gamma"),
        ("ssh deploy@prod1.acme.example sudo systemctl restart shop", "prod"),
        ("vercel --prod", "prod"),
        ("netlify deploy --prod", "prod"),
        ("netlify deploy", "ephemeral"),
        ("helm upgrade app-$CI_MERGE_REQUEST_IID ./chart -n review-$CI_MERGE_REQUEST_IID", "ephemeral"),
        ("helm upgrade web ./chart --set image.tag=$CI_COMMIT_SHA", "unknown"),
        ("helm upgrade web ./chart --set image=registry.prod.acme.example/web", "unknown"),
        ("kubectl apply -f k8s/", "unknown"),
    ],
)
def test_a_command_names_where_it_goes(command: str, cls: str) -> None:
    assert goes_to(command) == cls


def test_a_name_thrown_away_with_the_change_beats_the_job_s_environment() -> None:
    text = "helm upgrade web ./chart --namespace pr-$PR_NUMBER"
    assert goes_to(text, environment=key("staging")) == "ephemeral"


def test_an_environment_option_beats_the_job_s_environment() -> None:
    one = job(action("azure/webapps-deploy@v3", app_name="shop", slot_name="staging"), environment=key("production"))
    classified(one)
    assert of(one).cls == "gamma"


def test_names_tell_where_nothing_else_does() -> None:
    assert goes_to("kubectl apply -f k8s/", id="deploy-prod") == "prod"
    assert goes_to("kubectl apply -f k8s/", id="build-prod") == "unknown"
    assert goes_to("kubectl apply -f k8s/", id="deploy", stage="staging") == "gamma"
    assert goes_to("kubectl apply -f k8s/", id="deploy", variables={"ENVIRONMENT": "qa"}) == "beta"
    assert (
        goes_to("npm run build && kubectl apply -f k8s/", id="deploy", variables={"NODE_ENV": "production"})
        == "unknown"
    )
    assert goes_to("kubectl apply -f k8s/", id="deploy (prod)", matrix={"env": "prod"}) == "prod"


def test_a_file_name_tells_last() -> None:
    one = job(script("kubectl apply -f k8s/"), id="deploy")
    classified(one, path=".github/workflows/deploy-prod.yml")
    assert (of(one).cls, of(one).confidence) == ("prod", 0.6)


def test_the_default_branch_is_no_environment() -> None:
    assert goes_to("kubectl apply -f k8s/", id="deploy") == "unknown"


def test_what_the_configuration_declares_wins() -> None:
    declared = Declarations(
        environments=[
            DeclaredEnvironment("blue", cls="prod", match=["eu-*"]),
            DeclaredEnvironment("staging", cls="prod"),
        ]
    )
    for name in ("blue", "eu-west", "staging"):
        one = job(script("kubectl apply -f k8s/"), environment=key(name))
        classified(one, declared=declared)
        assert (of(one).cls, of(one).confidence) == ("prod", 1.0)


def test_a_declared_account_tells_where_a_job_without_a_name_goes() -> None:
    declared = Declarations(environments=[DeclaredEnvironment("live", cls="prod", account="111111111111")])
    one = job(script("cdk deploy --all"), tags={"account": "111111111111"})
    classified(one, declared=declared)
    assert of(one).cls == "prod"


def test_gitlab_s_own_tier_beats_the_name() -> None:
    one = job(script("kubectl apply -f k8s/"), environment=key("eu", tier="production", counts_as="production"))
    classified(one, platform="gitlab-ci")
    assert of(one).cls == "prod"


def test_an_input_is_one_environment_for_each_of_its_values() -> None:
    scenarios = (
        Scenario("push to main", "push", "refs/heads/main"),
        Scenario("manual run (environment=staging)", "manual", inputs={"environment": "staging"}),
        Scenario("manual run (environment=production)", "manual", inputs={"environment": "production"}),
    )
    one = job(script("kubectl apply -f k8s/"), environment=key("${{ inputs.environment || 'staging' }}"))
    classified(one, scenarios=scenarios)
    told = {each.environment.cls: each.condition.runs for each in one.activities if each.environment}
    assert told == {"gamma": (YES, YES, NO), "prod": (NO, NO, YES)}


def test_a_choice_by_branch_is_one_maybe_environment_for_each() -> None:
    one = job(
        script("kubectl apply -f k8s/"),
        environment=key("${{ github.ref == 'refs/heads/main' && 'production' || 'staging' }}"),
    )
    classified(one)
    assert {each.environment.cls for each in one.activities if each.environment} == {"prod", "gamma"}


def test_an_environment_that_cannot_be_told_is_unknown_under_its_own_name() -> None:
    one = job(script("kubectl apply -f k8s/"), environment=key("$TARGET"))
    classified(one)
    assert (of(one).cls, of(one).name) == ("unknown", "$TARGET")


def test_steps_of_one_job_may_go_to_different_environments() -> None:
    one = job(script("kubectl apply -k overlays/staging\nkubectl apply -k overlays/prod\n"))
    classified(one)
    assert [each.environment.cls for each in one.activities if each.environment] == ["gamma", "prod"]


def test_a_loop_over_environments_is_one_deploy_for_each() -> None:
    one = job(script("for e in staging prod; do\n  helm upgrade web ./chart -n $e\ndone\n"))
    classified(one)
    assert [each.environment.cls for each in one.activities if each.environment] == ["gamma", "prod"]


def test_what_only_pull_requests_start_is_thrown_away() -> None:
    one = job(script("kubectl apply -f k8s/"), id="deploy")
    classified(one, scenarios=(Scenario("pull request", "pull-request", unmerged=True),))
    assert (of(one).cls, of(one).confidence) == ("ephemeral", 0.5)


def test_a_test_looks_at_the_environment_that_its_job_names() -> None:
    one = job(script("npx playwright test"), environment=key("staging", action="verify"))
    classified(one, platform="gitlab-ci")
    (test,) = one.activities
    assert test.environment is not None
    assert test.environment.cls == "gamma"


@pytest.mark.parametrize(
    ("before", "cls"),
    [
        ("kubectl config use-context acme-prod", "prod"),
        ("aws eks update-kubeconfig --name shop-staging", "gamma"),
        ("gcloud container clusters get-credentials prod-cluster --zone z", "prod"),
        ("az aks get-credentials --name shop-prod -g shop", "prod"),
    ],
)
def test_an_earlier_command_chooses_where_a_deploy_goes(before: str, cls: str) -> None:
    assert goes_to(f"{before}\nkubectl apply -f k8s/\n") == cls


def test_a_workspace_is_an_environment_s_name() -> None:
    assert goes_to("terraform workspace select test\nterraform apply plan.out\n") == "beta"


def test_a_role_chooses_where_a_deploy_goes() -> None:
    role = action(
        "aws-actions/configure-aws-credentials@v4",
        role_to_assume="arn:aws:iam::111111111111:role/prod-deploy",
        aws_region="eu-west-1",
    )
    one = job(role, script("npx cdk deploy --all"))
    classified(one)
    deploy = one.activities[-1]
    assert of(one).cls == "prod"
    assert (deploy.facts["region"], deploy.facts["account"]) == ("eu-west-1", "111111111111")


def test_the_environment_s_own_slug_is_as_lasting_as_the_environment() -> None:
    assert goes_to("helm upgrade $CI_ENVIRONMENT_SLUG ./chart", environment=key("production")) == "prod"
