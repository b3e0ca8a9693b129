"""Addresses to which a request tells somebody or something what happened: part of the address -> documentation of that interface."""

from __future__ import annotations

from barraiser.classify.vocabulary import word_set

RECEIVERS: dict[str, str] = {
    # Chats, mail, pages
    "hooks.slack.com": "https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks",
    "slack.com/api": "https://docs.slack.dev/reference/methods/chat.postMessage",
    "webhook.office.com": "https://learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors/how-to/add-incoming-webhook",
    "discord.com/api": "https://discord.com/developers/docs/resources/webhook",
    "discordapp.com": "https://discord.com/developers/docs/resources/webhook",
    "chat.googleapis.com": "https://developers.google.com/workspace/chat/quickstart/webhooks",
    "api.telegram.org": "https://core.telegram.org/bots/api",
    "events.pagerduty.com": "https://developer.pagerduty.com/docs/events-api-v2-overview",
    "api.opsgenie.com": "https://docs.opsgenie.com/docs/alert-api",
    "ntfy.sh": "https://docs.ntfy.sh/publish/",
    "api.pushover.net": "https://pushover.net/api",
    "api.mailgun.net": "https://documentation.mailgun.com/docs/mailgun/api-reference/",
    "api.sendgrid.com": "https://www.twilio.com/docs/sendgrid/api-reference",
    # Records of builds and deployments
    "codecov.io": "https://docs.codecov.com/docs/codecov-uploader",
    "sentry.io": "https://docs.sentry.io/api/releases/",
    "api.rollbar.com": "https://docs.rollbar.com/docs/deploy-tracking",
    "api.bugsnag.com": "https://docs.bugsnag.com/api/build/",
    "build.bugsnag.com": "https://docs.bugsnag.com/api/build/",
    "airbrake.io": "https://docs.airbrake.io/docs/devops-tools/api/#create-deploy-v4",
    "api.raygun": "https://raygun.com/documentation/product-guides/deployment-tracking/",
    "api.honeycomb.io": "https://api-docs.honeycomb.io/api/markers",
    "api.newrelic.com/v2/applications": "https://docs.newrelic.com/docs/apm/apm-ui-pages/events/record-deployments/",
    "/api/v2/dora": "https://docs.datadoghq.com/api/latest/dora-metrics/",
    "/api/v1/events": "https://docs.datadoghq.com/api/latest/events/",
    "/api/annotations": "https://grafana.com/docs/grafana/latest/developers/http_api/annotations/",
    "swarmia.com": "https://help.swarmia.com/getting-started/configuration/deployments/generating-deployments-via-the-api",
    "sleuth.io": "https://help.sleuth.io/sleuth-api",
    "opslevel.com": "https://docs.opslevel.com/docs/deploys",
    "getcortexapp.com": "https://docs.cortex.io/docs/reference/integrations/deploys",
    "api.getport.io": "https://docs.port.io/",
    "linearb.io": "https://docs.linearb.io/api-deployments/",
    "jellyfish.co": "https://help.jellyfish.co/",
    "getdx.com": "https://help.getdx.com/",
    "api.appsignal.com": "https://docs.appsignal.com/api/markers.html",
    "/jira/deployments": "https://developer.atlassian.com/cloud/jira/software/rest/api-group-deployments/",
    "hc-ping.com": "https://healthchecks.io/docs/http_api/",
    "cronitor.link": "https://cronitor.io/docs/telemetry-api",
    "api.github.com/repos": "https://docs.github.com/rest/deployments/deployments",
    "statuses/": "https://docs.gitlab.com/api/commits/#set-the-pipeline-status-of-a-commit",
}  # fmt: skip

CHANNELS = word_set("slack discord telegram mattermost pagerduty opsgenie rocketchat webex msteams")
"""Words in the name of a variable that holds such an address."""

HOOKS: dict[str, str] = {
    # Requests that make a service deploy, whatever they carry: part of the address -> documentation of that interface
    "api.render.com/deploy": "https://render.com/docs/deploy-hooks",
    "build_hooks": "https://docs.netlify.com/build/configure-builds/build-hooks/",
    "integrations/deploy": "https://vercel.com/docs/deploy-hooks",
    "webhooks/deploy_hooks": "https://developers.cloudflare.com/pages/configuration/deploy-hooks/",
    "/api/v1/deploy": "https://coolify.io/docs/api-reference/api/operations/deploy-by-tag-or-uuid",
    "/api/stacks/webhooks/": "https://docs.portainer.io/user/docker/stacks/webhooks",
    "application.deploy": "https://docs.dokploy.com/docs/api/reference-application",
    "compose.deploy": "https://docs.dokploy.com/docs/api/reference-compose",
    "/docker/hook": "https://learn.microsoft.com/azure/app-service/deploy-ci-cd-custom-container",
    "/api/zipdeploy": "https://learn.microsoft.com/azure/app-service/deploy-zip",
    "/redeploy": "https://www.koyeb.com/docs/reference/api",
    "webhooks.amplify.": "https://docs.aws.amazon.com/amplify/latest/userguide/webhooks.html",
}  # fmt: skip

HOOK_NAMES = (
    "deploy_hook", "deploy-hook", "deployhook", "watchtower", "coolify", "portainer_webhook", "portainer-webhook", "dokploy",
)  # fmt: skip
"""Parts of the name of a variable or host that holds such an address; the names are of https://containrrr.dev/watchtower/http-api-mode/,
https://coolify.io/docs, https://docs.portainer.io/user/docker/services/webhooks and https://docs.dokploy.com/docs/core/auto-deploy."""
