"""SEC001: the deploy uses a short-lived identity."""

from __future__ import annotations

import re

from barraiser.api import CODEPIPELINE, GITHUB_ACTIONS, GITLAB_CI, RELEASE_KINDS, Answer, Case, Node, Parameter, Rule
from barraiser_rules.questions import job

CLOUD_KEY = r"(?i)aws|google|gcp|gcloud|azure|arm_|credentials_json|kube|oauth|service_account|aliyun|alibaba|digitalocean|ibm|tencent|oci_"
"""Names of credentials whose place a federated identity can take."""


class NoLongLivedCloudKeys(Rule):
    """Deploy with short-lived identity.

    Why:
        A key that never expires, kept in a CI setting, is the shortest way from a leaked log or a stolen laptop to production.

    Source:
        AWS Deployment Pipeline Reference Architecture: no long-lived credentials, roles across accounts. OWASP CICD-SEC-6,
        insufficient credential hygiene.

    Decided by:
        The production deploy's job uses a stored access key, service account key, kubeconfig or personal token in the place of a role
        that it assumes. Where the target knows no federation, it is only information.

    Fix:
        Let the job assume a role by OpenID Connect.

    Before (github-actions):
        - uses: aws-actions/configure-aws-credentials@v4
          with: {aws-access-key-id: "${{ secrets.AWS_ACCESS_KEY_ID }}", aws-region: eu-west-1}

    After (github-actions):
        - uses: aws-actions/configure-aws-credentials@v4
          with: {role-to-assume: "arn:aws:iam::111111111111:role/deploy", aws-region: eu-west-1}

    Before (gitlab-ci):
        variables: {AWS_SECRET_ACCESS_KEY: $PROD_SECRET_KEY}

    After (gitlab-ci):
        id_tokens: {AWS_TOKEN: {aud: https://gitlab.example.com}}

    Before (codepipeline):
        Configuration: {Owner: acme, Repo: shop, Branch: main, OAuthToken: !Ref Token}

    After (codepipeline):
        Configuration: {ConnectionArn: !Ref Connection, FullRepositoryId: acme/shop, BranchName: main}
    """

    id = "SEC001"
    name = "no-long-lived-cloud-keys"
    severity = "warning"
    severities = {"standard": "error", "strict": "error"}
    parameters = (Parameter("allow_secrets", (), "names of stored credentials that may be used"),)
    kinds = RELEASE_KINDS
    fixes = {
        GITHUB_ACTIONS: "Give <job> `permissions: {id-token: write}` and let it assume a role (`role-to-assume`, workload identity).",
        GITLAB_CI: "Give <job> `id_tokens:` and let it assume a role with the token, in the place of `<key>`.",
        CODEPIPELINE: "Use a connection (`CodeStarSourceConnection`) or a role (`RoleArn`) in the place of `<key>`.",
    }

    def decide(self, case: Case) -> Answer:
        """Looks at the credentials of each deploy of the subject, and of the sources before it."""
        allowed = case.parameter("allow_secrets")
        spared = allowed if isinstance(allowed, tuple) else ()
        used = [
            (node, key)
            for node in self._nodes(case)
            if (key := node.activity.facts.get("static-keys", "")) and key not in spared
        ]
        used.sort(key=lambda found: re.search(CLOUD_KEY, found[1]) is None)
        if not used:
            return case.passed(f"{job(case.deploy)} uses no stored cloud key.", rests_on=(case.deploy,))
        node, key = used[0]
        federated = re.search(CLOUD_KEY, key) is not None
        return case.failed(
            f"{job(node)} uses the stored credential `{key}`, which does not expire: whoever copies it can change production."
            if federated
            else f"{job(node)} uses the stored credential `{key}`; its target may know nothing better.",
            fix=case.fix(job=job(node), key=key),
            at=node,
            severity="" if federated else "info",
            key=key,
            rests_on=(node,),
        )

    def _nodes(self, case: Case) -> list[Node]:
        nodes = list(case.deploys)
        for deploy in case.deploys:
            nodes += [node for node in case.graph.ahead_of(deploy) if node.job is deploy.job or node.kind == "source"]
        return nodes
