"""Which deployer a command, an action or a CodePipeline provider is, and what it does by itself. Tables as data."""

from __future__ import annotations

from typing import Final

from barraiser.model.tri import MAYBE, NO, YES, Tri

COMMANDS: Final[dict[str, str]] = {
    "ansible-playbook": "ansible", "argocd": "argocd", "aws appconfig": "appconfig", "aws apprunner": "app-runner",
    "aws cloudformation": "cloudformation", "aws deploy": "codedeploy", "aws ecs": "ecs", "aws ecs deploy": "codedeploy",
    "aws elasticbeanstalk": "elastic-beanstalk", "aws lambda": "lambda", "aws s3": "s3", "aws s3api": "s3",
    "az deployment": "azure-resource-manager", "az functionapp": "azure-app-service", "az staticwebapp": "static-web-apps",
    "az webapp": "azure-app-service", "cap": "capistrano", "cdk": "cloudformation",
    "cf": "cloud-foundry", "copilot": "cloudformation", "dep": "deployer-php", "docker": "docker", "docker compose": "docker",
    "docker service": "docker-swarm", "docker stack": "docker-swarm", "docker-compose": "docker", "eb": "elastic-beanstalk",
    "ecs": "ecs", "ecs-cli": "ecs", "ecs-deploy": "ecs", "eksctl": "cloudformation", "firebase": "firebase", "flux": "flux",
    "fly": "fly", "flyctl": "fly", "gcloud app": "app-engine", "gcloud deploy": "cloud-deploy",
    "gcloud functions": "cloud-functions", "gcloud run": "cloud-run", "git": "gitops", "gsutil": "gcs", "helm": "helm",
    "helmfile": "helm", "heroku": "heroku", "kamal": "kamal", "kubectl": "kubernetes", "kubectl argo": "argo-rollouts",
    "kubectl-argo-rollouts": "argo-rollouts", "kustomize": "kubernetes", "lftp": "files", "mup": "docker", "netlify": "netlify",
    "nomad": "nomad", "now": "vercel", "oc": "kubernetes", "pulumi": "pulumi", "railway": "railway", "rsync": "files",
    "sam": "cloudformation", "samcli": "cloudformation", "scp": "files", "serverless": "cloudformation", "sftp": "files",
    "skaffold": "kubernetes", "sls": "cloudformation", "ssh": "ssh", "sst": "cloudformation", "systemctl": "ssh",
    "terraform": "terraform", "terragrunt": "terraform", "tofu": "terraform", "vercel": "vercel", "wrangler": "workers",
    "werf": "werf", "zappa": "lambda",
}  # fmt: skip
"""By the words that a command begins with, the longest first."""

ACTIONS: Final[dict[str, str]] = {
    "akhileshns/heroku-deploy": "heroku", "amondnet/vercel-action": "vercel", "appleboy/scp-action": "files",
    "appleboy/ssh-action": "ssh", "aws-actions/amazon-ecs-deploy-express-service": "ecs",
    "aws-actions/amazon-ecs-deploy-task-definition": "ecs", "aws-actions/aws-cloudformation-github-deploy": "cloudformation",
    "aws-actions/aws-lambda-deploy": "lambda", "azure/aks-set-context": "kubernetes", "azure/functions-action": "azure-app-service",
    "azure/k8s-deploy": "kubernetes", "azure/webapps-deploy": "azure-app-service", "cloudflare/pages-action": "workers",
    "cloudflare/wrangler-action": "workers", "einaregilsson/beanstalk-deploy": "elastic-beanstalk",
    "firebaseextended/action-hosting-deploy": "firebase", "google-github-actions/create-cloud-deploy-release": "cloud-deploy",
    "google-github-actions/deploy-appengine": "app-engine", "google-github-actions/deploy-cloud-functions": "cloud-functions",
    "google-github-actions/deploy-cloudrun": "cloud-run", "hashicorp/tfc-workflows-github": "terraform",
    "jakejarvis/s3-sync-action": "s3", "nwtgck/actions-netlify": "netlify", "pulumi/actions": "pulumi",
    "serverless/github-action": "cloudformation", "superfly/flyctl-actions": "fly", "deliverybot/helm": "helm",
    "bitovi/github-actions-deploy-eks-helm": "helm", "wlixcc/sftp-deploy-action": "files",
    "actions/deploy-pages": "pages", "peaceiris/actions-gh-pages": "pages", "azure/webapps-container-deploy": "azure-app-service",
    "azure/appservice-settings": "azure-app-service", "azure/functions-container-action": "azure-app-service",
    "azure/arm-deploy": "azure-resource-manager", "azure/bicep-deploy": "azure-resource-manager",
    "azure/static-web-apps-deploy": "static-web-apps", "octopusdeploy/deploy-release-action": "octopus",
    "octopusdeploy/deploy-release-tenanted-action": "octopus", "redhat-actions/oc-new-app": "kubernetes",
    "gitlab:pages": "pages", "werf/actions/converge": "werf",
}  # fmt: skip
"""By the name of a GitHub action without its version, lower-case."""

PROVIDERS: Final[dict[str, str]] = {
    "appconfig": "appconfig", "cloudformation": "cloudformation", "cloudformationstackinstances": "cloudformation",
    "cloudformationstackset": "cloudformation", "codedeploy": "codedeploy", "codedeploytoecs": "codedeploy", "ec2": "ec2",
    "ecs": "ecs", "eks": "kubernetes", "elasticbeanstalk": "elastic-beanstalk", "lambda": "lambda", "s3": "s3",
    "servicecatalog": "cloudformation",
}  # fmt: skip
"""By the provider of a CodePipeline deploy action, lower-case."""


class Traits:
    """What a deployer does where no definition says otherwise: the same words as in ``Applied``."""

    __slots__ = ("keeps", "on_alarm", "on_failure", "validates", "why")

    def __init__(self, on_failure: Tri, on_alarm: Tri, keeps: Tri, why: str, validates: Tri = NO) -> None:
        self.on_failure = on_failure
        self.on_alarm = on_alarm
        self.keeps = keeps
        self.validates = validates
        self.why = why


_KEEPS: Final = "keeps its earlier releases, and can go back to one"

TRAITS: Final[dict[str, Traits]] = {
    "ansible": Traits(MAYBE, MAYBE, MAYBE, "what the playbook does on failure was not read"),
    "app-engine": Traits(NO, NO, YES, f"App Engine {_KEEPS}"),
    "app-runner": Traits(YES, NO, NO, "App Runner goes back to the running version when a deployment fails"),
    "appconfig": Traits(MAYBE, MAYBE, YES, f"AppConfig {_KEEPS}"),
    "argo-rollouts": Traits(MAYBE, MAYBE, YES, "Argo Rollouts keeps the stable version until the new one is promoted", MAYBE),
    "argocd": Traits(MAYBE, MAYBE, YES, "Argo CD keeps the history of an application (`argocd app rollback`)", MAYBE),
    "azure-app-service": Traits(NO, NO, MAYBE, "whether a slot keeps the earlier version cannot be read here"),
    "azure-resource-manager": Traits(NO, NO, NO, "a deployment of resources that fails is left as it is"),
    "capistrano": Traits(NO, NO, YES, f"Capistrano {_KEEPS} (`cap deploy:rollback`)"),
    "cloud-deploy": Traits(MAYBE, MAYBE, YES, "Cloud Deploy keeps earlier releases of a target", MAYBE),
    "cloud-foundry": Traits(MAYBE, NO, MAYBE, "whether the app keeps revisions cannot be read here"),
    "cloud-functions": Traits(NO, NO, MAYBE, "whether the function keeps revisions depends on its generation"),
    "cloud-run": Traits(YES, NO, YES, "Cloud Run moves traffic only to a revision that starts, and keeps the earlier ones"),
    "cloudformation": Traits(YES, MAYBE, NO, "CloudFormation rolls a failed stack update back by default"),
    "codedeploy": Traits(MAYBE, MAYBE, NO, "the deployment group is not defined in the repository", MAYBE),
    "deployer-php": Traits(NO, NO, YES, f"Deployer {_KEEPS} (`dep rollback`)"),
    "docker": Traits(NO, NO, NO, "containers are replaced in place"),
    "docker-swarm": Traits(MAYBE, NO, YES, "a swarm service keeps the spec before the last (`docker service rollback`)"),
    "ec2": Traits(NO, NO, NO, "the action runs scripts on the instances"),
    "ecs": Traits(MAYBE, MAYBE, NO, "the ECS service is not defined in the repository"),
    "elastic-beanstalk": Traits(MAYBE, NO, YES, f"Elastic Beanstalk {_KEEPS}"),
    "files": Traits(NO, NO, NO, "files are copied over the old ones"),
    "firebase": Traits(NO, NO, YES, f"Firebase Hosting {_KEEPS}"),
    "flagger": Traits(YES, YES, YES, "Flagger goes back to the primary when its analysis fails", YES),
    "flux": Traits(MAYBE, MAYBE, MAYBE, "what Flux reconciles was not read", MAYBE),
    "fly": Traits(MAYBE, NO, YES, f"Fly {_KEEPS}"),
    "gcs": Traits(NO, NO, MAYBE, "whether the bucket keeps versions cannot be read here"),
    "gitops": Traits(MAYBE, MAYBE, MAYBE, "what applies the commit was not read", MAYBE),
    "helm": Traits(NO, NO, YES, "Helm keeps earlier releases (`helm rollback`), and leaves a failed one in place without `--atomic`"),
    "heroku": Traits(NO, NO, YES, f"Heroku {_KEEPS}"),
    "kamal": Traits(YES, NO, YES, f"Kamal leaves the old containers in place when the new ones are not healthy, and {_KEEPS}"),
    "kubernetes": Traits(NO, NO, NO, "a rolling update only waits: nothing brings the old version back"),
    "lambda": Traits(NO, NO, NO, "the function's code is replaced at once"),
    "netlify": Traits(NO, NO, YES, f"Netlify {_KEEPS}"),
    "nomad": Traits(MAYBE, NO, YES, "Nomad keeps earlier versions of a job (`nomad job revert`)"),
    "octopus": Traits(MAYBE, MAYBE, YES, f"Octopus {_KEEPS}"),
    "pages": Traits(NO, NO, NO, "the site is replaced as a whole"),
    "pulumi": Traits(NO, NO, NO, "Pulumi has no rollback of its own"),
    "railway": Traits(MAYBE, NO, YES, f"Railway {_KEEPS}"),
    "s3": Traits(NO, NO, MAYBE, "whether the bucket keeps versions cannot be read here"),
    "ssh": Traits(NO, NO, NO, "the commands change the host in place"),
    "static-web-apps": Traits(NO, NO, NO, "the site is replaced as a whole"),
    "terraform": Traits(NO, NO, NO, "`terraform apply` has no rollback of its own"),
    "vercel": Traits(NO, NO, YES, f"Vercel {_KEEPS}"),
    "werf": Traits(NO, NO, YES, "werf keeps earlier releases, and leaves a failed one in place without `--auto-rollback`"),
    "workers": Traits(NO, NO, YES, f"Cloudflare {_KEEPS}"),
}  # fmt: skip

MANAGED: Final = frozenset((
    "app-engine", "app-runner", "azure-app-service", "cloud-foundry", "cloud-functions", "cloud-run", "elastic-beanstalk", "firebase",
    "fly", "heroku", "netlify", "railway", "vercel", "workers",
))  # fmt: skip
"""Services that run the application by settings of their own: what watches a new version there, and what it does, is among them."""

MOVES_TRAFFIC: Final = frozenset(("swap", "update-traffic", "set-traffic", "promote", "pipelines:promote", "alias"))
"""Words of commands by which the pipeline itself moves users to another version, and would have to move them back."""

UNKNOWN_TRAITS: Final = Traits(MAYBE, MAYBE, MAYBE, "what deploys cannot be read here")

FAMILIES: Final[dict[str, tuple[str, ...]]] = {
    "argo-rollouts": ("kubernetes", "helm", "argocd", "flux", "gitops", "cloud-deploy"),
    "flagger": ("kubernetes", "helm", "argocd", "flux", "gitops", "cloud-deploy"),
    "argocd": ("gitops", "kubernetes", "helm"),
    "flux": ("gitops", "kubernetes", "helm"),
    "codedeploy": ("ecs", "lambda", "cloudformation", "terraform"),
    "ecs": ("codedeploy", "terraform", "cloudformation", "pulumi"),
    "kubernetes": ("helm", "argocd", "flux", "gitops"),
}
"""Deployers that a declared one stands behind: what the pipeline calls is not what rolls out."""


def mechanism_of_words(words: tuple[str, ...]) -> str:
    """The deployer that a command is; empty where it is none that is known."""
    names = [word.rpartition("/")[2] if at == 0 else word for at, word in enumerate(words[:4])]
    if names and names[0] in ("npx", "pnpx", "bunx", "sudo", "yarn", "pnpm", "bundle", "uvx", "time"):
        names = names[2:] if names[0] in ("pnpm", "bundle") and names[1:2] in (["exec"], ["dlx"]) else names[1:]
        names = [word for word in names if not word.startswith("-")]
    plain = [word.lower() for word in names if not word.startswith("-")]
    for length in (3, 2, 1):
        found = COMMANDS.get(" ".join(plain[:length])) if len(plain) >= length else None
        if found:
            return found
    return ""


def mechanism_of_call(uses: str) -> str:
    """The deployer behind a step's ``uses``: an action, or ``Category/Owner/Provider`` of CodePipeline."""
    name = uses.partition("@")[0].lower()
    if name in ACTIONS:
        return ACTIONS[name]
    parts = name.split("/")
    if len(parts) == 3 and parts[0] in ("deploy", "invoke", "build"):
        return PROVIDERS.get(parts[2], "") if parts[0] == "deploy" else ""
    owner_and_name = "/".join(parts[:2])
    return ACTIONS.get(owner_and_name, "")
