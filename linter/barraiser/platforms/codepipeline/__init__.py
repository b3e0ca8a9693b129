"""AWS CodePipeline: CloudFormation, SAM, CDK output, JSON and Terraform."""
