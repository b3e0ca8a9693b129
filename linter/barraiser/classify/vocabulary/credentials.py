"""Variables that hold a long-lived credential of a platform that is deployed to. Sources: each tool's page on authentication."""

from __future__ import annotations

STATIC_KEYS = frozenset({
    "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_ACCESS_KEY", "AWS_SECRET_KEY", "AZURE_CREDENTIALS", "AZURE_CLIENT_SECRET",
        "ARM_CLIENT_SECRET",
    "GOOGLE_CREDENTIALS", "GOOGLE_APPLICATION_CREDENTIALS", "GCP_SA_KEY", "GCLOUD_SERVICE_KEY", "GOOGLE_SERVICE_ACCOUNT_KEY",
        "KUBECONFIG", "KUBE_CONFIG",
    "KUBE_CONFIG_DATA", "KUBECONFIG_DATA", "KUBE_TOKEN", "HEROKU_API_KEY", "FLY_API_TOKEN", "VERCEL_TOKEN", "NETLIFY_AUTH_TOKEN",
        "CLOUDFLARE_API_TOKEN",
    "CLOUDFLARE_API_KEY", "FIREBASE_TOKEN", "DIGITALOCEAN_ACCESS_TOKEN", "SSH_PRIVATE_KEY", "DEPLOY_KEY", "TF_TOKEN", "PULUMI_ACCESS_TOKEN",
})  # fmt: skip
"""Names of such variables."""
