"""What CodePipeline's own actions do: Category/Owner/Provider.

Source: https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference.html
"""

from __future__ import annotations

PROVIDERS: dict[str, tuple[str, str]] = {
    "Source/*": ("source", ""),
    "Build/CodeBuild": ("by-name", ""),
    "Build/ECRBuildAndPublish": ("publish", ""),
    "Build/*": ("by-name", ""),
    "Test/CodeBuild": ("by-name", ""),
    "Test/DeviceFarm": ("e2e-test", ""),
    "Test/GhostInspector": ("e2e-test", ""),
    "Test/Runscope": ("integration-test", ""),
    "Test/BlazeMeter": ("load-test", ""),
    "Test/StormRunner": ("load-test", ""),
    "Test/*": ("by-name", ""),
    "Compute/*": ("by-name", ""),
    "Deploy/CloudFormation": (
        "cloudformation",
        "target=StackName def=TemplatePath waits=yes aim=StackName,TemplateConfiguration,RoleArn",
    ),
    "Deploy/CloudFormationStackSet": ("deploy", "target=StackSetName def=TemplatePath waits=yes aim=StackSetName"),
    "Deploy/CloudFormationStackInstances": ("deploy", "target=StackSetName waits=yes aim=StackSetName"),
    "Deploy/CodeDeploy": (
        "deploy",
        "target=ApplicationName,DeploymentGroupName waits=yes aim=DeploymentGroupName,ApplicationName",
    ),
    "Deploy/CodeDeployToECS": (
        "deploy",
        "target=ApplicationName,DeploymentGroupName waits=yes aim=DeploymentGroupName,ApplicationName",
    ),
    "Deploy/ECS": ("deploy", "target=ServiceName,ClusterName waits=yes aim=ServiceName,ClusterName"),
    "Deploy/EKS": ("deploy", "target=ClusterName waits=yes aim=ClusterName,Namespace"),
    "Deploy/EC2": ("deploy", "waits=yes"),
    "Deploy/Lambda": ("deploy", "target=FunctionName waits=yes aim=FunctionName"),
    "Deploy/ElasticBeanstalk": ("deploy", "target=ApplicationName,EnvironmentName waits=yes env=EnvironmentName"),
    "Deploy/S3": ("deploy", "target=BucketName waits=yes aim=BucketName as=static-site"),
    "Deploy/AppConfig": ("config-deploy", "target=Application waits=yes env=Environment as=config-flags"),
    "Deploy/ServiceCatalog": ("deploy", "target=ProductId waits=yes as=iac-only"),
    "Deploy/OpsWorks": ("deploy", "target=App,Stack waits=yes aim=Stack"),
    "Deploy/AlexaSkillsKit": ("deploy", "target=SkillId waits=yes"),
    "Deploy/XebiaLabs": ("deploy", "waits=yes opaque"),
    "Deploy/*": ("deploy", "waits=yes opaque c=0.8"),
    "Approval/*": ("approval", ""),
    "Invoke/InspectorScan": ("sca", ""),
    "Invoke/Snyk": ("sca", ""),
    "Invoke/StepFunctions": ("invoke", "elsewhere"),
    "Invoke/*": ("invoke", ""),
}
"""``Category/Provider`` (or ``Category/*``) -> (kind, marks); inputs are the action's ``Configuration``."""

CLOUDFORMATION_MODES: dict[str, str] = {
    "CREATE_UPDATE": "deploy",
    "REPLACE_ON_FAILURE": "deploy",
    "CHANGE_SET_EXECUTE": "deploy",
    "CHANGE_SET_REPLACE": "plan",
    "DELETE_ONLY": "destroy",
}
"""``ActionMode`` -> kind: https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CloudFormation.html"""

SELF_UPDATE = frozenset(
    {
        "selfmutate",
        "updatepipeline",
        "self-mutate",
        "update-pipeline",
        "pipelineupdate",
        "pipeline-update",
        "selfupdate",
    }
)
"""Names (of actions or stages) for the step in which a pipeline changes itself (CDK Pipelines, SAM's pipeline templates)."""

INVOKED: tuple[tuple[str, str], ...] = (
    ("bake baking wait soak", "bake"),
    ("alarm alarms canary health monitor", "alarm-gate"),
    ("rollback revert", "rollback"),
    ("smoke verify validate", "smoke-test"),
    ("integration e2e acceptance test tests", "integration-test"),
    ("load performance", "load-test"),
    ("approve approval", "approval"),
    ("swap shift traffic promote deploy deployment release", "deploy"),
    ("notify notification", "notify"),
)
"""What the name of a Lambda function or state machine that cannot be read says it does."""
